import type { Firing, GateAnswer } from '../../../core/documents/gate/verdict.ts';
import type { AtTheDoor } from '../../../core/gate/gate.ts';
import { startDigests } from '../../../core/names/digest.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { memoryStore } from '../../twins/store-memory.ts';
import { stem } from '../packages/build-package.ts';
import { testGate } from './test-gate.ts';

interface Offered extends Partial<Omit<AtTheDoor, 'digests' | 'bytes'>> {
  readonly now?: number;
}

/** Bytes at the gate's door, by default as the `.conda` of `buildConda` that somebody copied in. */
export function offeredBytes(bytes: Uint8Array, { now: _, ...offered }: Offered = {}): AtTheDoor {
  const digests = startDigests();
  digests.update(bytes);
  return {
    ...{ kind: 'package', id: `linux-64/${stem}.conda`, name: 'demo', version: '1.0', origin: 'copied', source: null },
    ...{ record: null, published: null, yanked: false, projectStatus: null, projects: [], request: null },
    ...offered,
    digests: digests.finish(),
    bytes: bytesSource(bytes),
  };
}

/** What the gate finds of bytes, by the checks of some groups (`AB`): how each code counts, and the verdict of all. */
export async function judgeBytes(
  bytes: Uint8Array,
  offered: Offered & { readonly groups?: string } = {},
): Promise<{ readonly verdict: GateAnswer; readonly firings: readonly Firing[]; readonly codes: readonly string[] }> {
  const { groups = 'AB', now = 1_700_000_000_000, ...file } = offered;
  const clock = { now: () => now, random: () => 0.5, sleep: async () => {} };
  const { verdict, checks } = await testGate(memoryStore(), { clock }).judge(offeredBytes(bytes, file));
  const firings = checks.filter(({ id }) => groups.includes(id.slice(0, 1))).flatMap((check) => check.firings);
  const codes = [...new Set(firings.map((firing) => `${firing.verdict} ${firing.code}`))];
  return { verdict, firings, codes };
}
