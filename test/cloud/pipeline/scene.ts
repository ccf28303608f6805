import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { s3Store } from '../../../adapters/store-s3/store-s3.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { parseJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { Store } from '../../../core/ports/store.ts';
import { verify } from '../../../core/steps/verify.ts';
import type { Damage } from '../../../core/verify/damage.ts';
import type { ChannelStack } from '../../../lib/channel-stack.ts';
import type { CondaChannelProps } from '../../../lib/settings/props.ts';
import { cloudClients } from '../../support/cloud/cloud-clients.ts';
import type { TemporaryFolder } from '../../support/machine/temporary-folder.ts';
import { sharedBundles } from '../../support/stack/shared-bundles.ts';
import { synthesizeTo } from '../../support/stack/synthesize.ts';
import { type DeployedStack, type DeployOptions, deployStack } from '../stack/deploy-stack.ts';

/** The app's output for an allowlist, below a folder, with what an organisation adds to the stack. */
export async function appOutput(
  { path }: TemporaryFolder,
  allowlist: string,
  extend?: (stack: ChannelStack) => void,
  settings: CondaChannelProps = {},
): Promise<string> {
  const home = await mkdtemp(join(path, 'app-'));
  const file = join(home, 'allowlist.json');
  await writeFile(file, allowlist);
  const channel = { allowlist: file, bundles: await sharedBundles(false), cdn: false, ...settings };
  synthesizeTo(join(home, 'cdk.out'), channel, extend && { extend });
  return join(home, 'cdk.out');
}

/** A stack that runs, and what a test looks at it with. Ends by making sure that its functions wrote nothing unexpected. */
export interface Scene extends AsyncDisposable {
  readonly stack: DeployedStack;
  readonly clients: ReturnType<typeof cloudClients>;
  readonly store: Store;
  /** Lines of errors that the test brings about itself. */
  readonly expected: RegExp[];
  /** ETags by key. */
  tags(prefix: string): Record<string, string>;
  /** Texts of JSON and hashes of the rest, by key. */
  contents(prefix: string): Record<string, string>;
  /** What `gatehouse verify` says of the bucket. */
  damage(platforms: readonly string[]): Promise<readonly Damage[]>;
}

export async function openScene(out: string, options: DeployOptions = {}): Promise<Scene> {
  const stack = await deployStack(out, options);
  const clients = cloudClients(stack.cloud.endpoint);
  const store = s3Store(stack.bucket, { client: clients.s3 });
  const expected: RegExp[] = [];
  return {
    stack,
    clients,
    store,
    expected,
    tags: (prefix) =>
      Object.fromEntries(
        [...stack.objects].filter(([key]) => key.startsWith(prefix)).map(([key, { etag }]) => [key, etag]),
      ),
    contents: (prefix) => contentsBelow(prefix, stack.objects),
    async damage(platforms) {
      const world = { channel: 'conda', store, clock: systemClock, log: () => {} } as const;
      return (
        await verify(
          platforms.map((name) => subdirSchema.parse(name)),
          world,
        )
      ).problems;
    },
    async [Symbol.asyncDispose]() {
      clients.destroy();
      await stack[Symbol.asyncDispose]();
      expect(stack.cloud.bugs).toEqual([]);
      expect(unexpected(stack, expected)).toEqual([]);
    },
  };
}

/** Texts of JSON and hashes of the rest, by key. */
export const contentsBelow = (
  prefix: string,
  objects: Iterable<readonly [string, { readonly bytes: Uint8Array }]>,
): Record<string, string> =>
  Object.fromEntries(
    [...objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { bytes }]) => [key, key.endsWith('.json') ? Buffer.from(bytes).toString() : sha256Of(bytes)]),
  );

const lineSchema = z.looseObject({ level: z.string().optional(), _aws: z.unknown().optional() });

/** Errors, and whatever is no line of the log or of the metrics. */
function unexpected({ logs }: DeployedStack, expected: readonly RegExp[]): string[] {
  const isSound = (text: string) => {
    if (!text.startsWith('{')) return false;
    const { level, _aws } = parseJson(text, lineSchema, 'a line');
    return _aws !== undefined || (level !== undefined && level !== 'ERROR');
  };
  const strange = logs.filter(({ text }) => !isSound(text) && !expected.some((pattern) => pattern.test(text)));
  return strange.slice(0, 5).map(({ function: name, text }) => `${name}: ${text.slice(0, 2000)}`);
}

/** Every dead letter, by queue. */
export const deadLetters = ({ stack }: Scene): Record<string, string[]> =>
  Object.fromEntries(Object.keys(noDeadLetters).map((name) => [name, stack.waiting(`Channel${name}DeadLetters`)]));

export const noDeadLetters = { Event: [], Plan: [], Job: [], Index: [], Proof: [], Sweep: [] };
