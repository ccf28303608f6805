import { GatehouseError } from '../../core/error.ts';
import type { CandidatePool, Solution } from '../../core/ports/solver.ts';
import { channelUrl, type SolveReply } from './protocol.ts';

/** How rattler begins when the specs cannot hold together; whatever else it says is no verdict on them. */
const verdict = 'Cannot solve the request because of:';

/** What a reply means for the pool it is about. */
export function solutionOf(pool: CandidatePool, reply: SolveReply): Solution {
  if (reply.type === 'solved') return { status: 'solved', keys: keysOf(pool, reply.packages) };
  const explanation = readable(reply.text);
  if (explanation.startsWith(verdict)) return { status: 'unsolvable', explanation };
  return { status: 'failed', explanation: `the solver failed: ${explanation}` };
}

function keysOf(pool: CandidatePool, packages: readonly { name: string; key: string }[]): string[] {
  const real = packages.filter(({ name }) => !name.startsWith('__'));
  for (const { name, key } of real) {
    const known = pool.candidates.get(name)?.some((candidate) => candidate.key === key);
    if (!known) throw new GatehouseError('internal.bug', `the solver chose ${key}, which is not in its pool`);
  }
  return real.map(({ key }) => key).sort();
}

/** rattler's words without trailing space, a panic's stack, or the address of a channel that exists only in memory. */
function readable(text: string): string {
  const [words = ''] = text.split('\n\nStack:');
  return words
    .replaceAll(channelUrl, 'pool/')
    .replace(/[^\S\n]+$/gm, '')
    .trim();
}
