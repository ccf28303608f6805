import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const soak = fileURLToPath(new URL('soak.ts', import.meta.url));
const runs = 20_000;
const lanes = Math.max(1, availableParallelism());

/** One share of the runs, in a process of its own. */
async function lane(side: string, number: number): Promise<{ status: number; said: string }> {
  const share = ['--side', side, '--runs', `${Math.ceil(runs / lanes)}`, '--seed', `${20_260_101 + number}`];
  const child = spawn(process.execPath, [soak, ...share], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const said = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await closed;
  return { status: Number(status), said: said.join('') };
}

it.each(['conda', 'pip'])(
  `no world of ${runs} breaks an invariant of the indexer that ships: %s`,
  async (side) => {
    for (const { status, said } of await Promise.all(Array.from({ length: lanes }, (_, i) => lane(side, i)))) {
      expect(status, said).toBe(0);
      expect(said).toContain('all held');
    }
  },
  600_000,
);
