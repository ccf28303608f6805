// Tampered files, real ones and made ones, through the gate's reading: it may refuse them and nothing else.
// node test/core/gate/soak.ts [--files 200000] [--from 1]
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const { values } = parseArgs({ options: { files: { type: 'string' }, from: { type: 'string' } } });
const files = Number(values.files ?? 200_000);
const first = Number(values.from ?? 1);

/** For a hundred files: a reader that hangs in one of them is ended. */
const patienceMs = 120_000;
/** Readers hold blocks, names and texts; a process that has more than this lost some. */
const maxRssBytes = 700 * 1024 ** 2;

const toldSchema = z.object({
  read: z.number(),
  refused: z.number(),
  slowestMs: z.number(),
  peakRss: z.number(),
  broken: z.string(),
});
type Told = z.infer<typeof toldSchema>;

function fuzz(from: number, count: number): Promise<Told> {
  const child = fork(new URL('./fuzz-some.ts', import.meta.url), [String(from), String(count)]);
  let told: Told = { read: 0, refused: 0, slowestMs: 0, peakRss: 0, broken: '' };
  const done = () => told.read + told.refused;
  return new Promise((resolve, reject) => {
    const hung = () => {
      child.kill('SIGKILL');
      reject(new Error(`it hangs in one of the hundred files from seed ${from + done()} on`));
    };
    let timer = setTimeout(hung, patienceMs);
    child.on('message', (message) => {
      told = toldSchema.parse(message);
      if (done() % 1000 === 0) console.log(`${done()} from seed ${from} on`);
      clearTimeout(timer);
      timer = setTimeout(hung, patienceMs);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(told);
      else reject(new Error(`it ended by ${code} behind seed ${from + done()}`));
    });
  });
}

const processes = availableParallelism();
const share = Math.ceil(files / processes);
const all = await Promise.all(Array.from({ length: processes }, (_, i) => fuzz(first + i * share, share)));
const sum = (of: (told: Told) => number) => all.reduce((total, told) => total + of(told), 0);
const most = (of: (told: Told) => number) => Math.max(...all.map(of));
console.log(
  `${sum(({ read }) => read) + sum(({ refused }) => refused)} files from seed ${first} on: ${sum(({ read }) => read)} passed, ` +
    `${sum(({ refused }) => refused)} refused; slowest ${most(({ slowestMs }) => slowestMs).toFixed(0)} ms, ` +
    `peak RSS ${(most(({ peakRss }) => peakRss) / 1024 ** 2).toFixed(0)} MiB`,
);
const broken = all.map((told) => told.broken).filter((text) => text !== '');
if (broken.length > 0 || most(({ peakRss }) => peakRss) > maxRssBytes) {
  console.error(broken.join('\n') || `more than ${maxRssBytes} bytes of memory`);
  process.exitCode = 1;
}
