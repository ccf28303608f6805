import { stagedPath } from '../../core/layout/sides.ts';
import type { VerifiedLedger } from '../../core/ledger/verify-ledger.ts';
import type { Log } from '../../core/ports/log.ts';
import { verify } from '../../core/steps/verify.ts';
import { stagedLog, stagedTelling } from '../../core/store/staged-telling.ts';
import { stagingStrays } from '../../core/store/staging-strays.ts';
import type { Damage, VerifyReport } from '../../core/verify/damage.ts';
import { verifyRecalls } from '../../core/verify/verify-kept.ts';
import { verifyNames, verifyTokens } from '../../core/verify/verify-names.ts';
import type { Configured } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';
import { stagedWorld } from '../world/staged-world.ts';

export interface VerifiedAll extends VerifyReport {
  /** Objects of staging among those that were read; null where nothing is staged. */
  readonly staging: { readonly checked: number } | null;
  /** The channel's ledger: how many entries, and the last one's sha256, which vouches for all before it. */
  readonly ledger: Pick<VerifiedLedger, 'entries' | 'head'>;
}

/**
 * Verifies the channel and its pip index, the file names that were used, the tokens, what was recalled, and what is staged,
 * where there is any of it.
 */
export async function verifyAll(
  { platforms, forms, policy }: Pick<Configured, 'platforms' | 'forms' | 'policy'>,
  world: World,
  log: Log,
): Promise<VerifiedAll> {
  const asked = new Set(forms);
  const channel = await verify(platforms, { ...world, log, asked, policy });
  const names = await verifyNames(world.store);
  const tokens = await verifyTokens(world.store);
  const staged = await stagedWorld(world);
  const staging = staged && (await verify(platforms, { ...staged, log: stagedLog(log), asked, policy }));
  const recalls = await verifyRecalls(
    world.store,
    staging === null ? [channel.ledger] : [channel.ledger, staging.ledger],
  );
  const ofStaging = staging === null ? [] : [...staging.problems.map(stagedDamage), ...(await elsewhere(world))];
  return {
    ledger: { entries: channel.ledger.entries, head: channel.ledger.head },
    checked: channel.checked + names.checked + recalls.checked + (staging?.checked ?? 0),
    staging: staging && { checked: staging.checked },
    problems: [...channel.problems, ...names.problems, ...tokens.problems, ...recalls.problems, ...ofStaging],
  };
}

const stagedDamage = (damage: Damage): Damage => ({ ...stagedTelling(damage), key: stagedPath(damage.key) });

const elsewhere = async ({ store }: World): Promise<Damage[]> =>
  (await stagingStrays(store))
    .found()
    .map(({ subject, ...telling }) => ({ code: 'verify.stray', key: subject, ...telling }));
