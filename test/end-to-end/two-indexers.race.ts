import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { type CliRun, runCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { seededRandom } from '../support/random.ts';

/** `GATEHOUSE_INDEX_SECONDS=60` (npm run soak:indexers) for a long look. */
const seconds = Number(process.env['GATEHOUSE_INDEX_SECONDS'] ?? 4);
const indexers = 2;

it('two processes index one folder while files come and go: it ends with an index that verify calls clean', async () => {
  await using home = await temporaryFolder();
  const channel = join(home.path, '.gatehouse/conda/linux-64');
  await mkdir(channel, { recursive: true });
  const allowlist = { channels: ['https://upstream.invalid'], platforms: ['linux-64'], packages: ['p0'] };
  await writeFile(join(home.path, 'allowlist.json'), JSON.stringify(allowlist));
  const specs = Array.from({ length: 20 }, (_, i) => small(`p${i} 1.0`, [], i % 5 === 0 ? { format: '.tar.bz2' } : {}));
  const packages = await Promise.all(specs.map(buildPackage));
  const gatehouse = (...args: string[]) => runCli(args, { cwd: home.path });

  const end = performance.now() + seconds * 1000;
  const over = () => performance.now() > end;
  async function indexAgainAndAgain(): Promise<CliRun[]> {
    const runs: CliRun[] = [];
    do runs.push(await gatehouse('index', '--json'));
    while (!over());
    return runs;
  }
  /** Between two moves: what a client reads is whole at every moment. */
  async function readAsClient(): Promise<void> {
    const [zst, json] = await Promise.all(['.zst', ''].map((form) => read(join(channel, `repodata.json${form}`))));
    for (const text of [zst && zstdDecompressSync(zst).toString(), json?.toString()])
      if (text) parseJson(text, z.object({ 'packages.conda': z.object({}) }), 'repodata');
  }
  /** As by hand: a file appears whole, and goes without a word. */
  async function comeAndGo(): Promise<number> {
    const random = seededRandom(3);
    let moves = 0;
    for (; !over(); moves++) {
      const { filename, bytes } = packages[Math.floor(random() * packages.length)] ?? packages[0] ?? raise();
      if (random() < 0.4) await rm(join(channel, filename), { force: true });
      else {
        await writeFile(join(home.path, 'copy'), bytes);
        await rename(join(home.path, 'copy'), join(channel, filename));
      }
      await readAsClient();
    }
    return moves;
  }
  const [moves, ...lanes] = await Promise.all([comeAndGo(), ...Array.from({ length: indexers }, indexAgainAndAgain)]);
  // The same few files come and go faster than they can be looked at: that is given up in words, and nothing else is.
  const [done, rest] = [lanes.flat().filter(finished), lanes.flat().filter((run) => !finished(run))];
  for (const run of rest)
    expect(run.stderr).toMatch(/^error: conda\/linux-64 has not settled: it changed at each look\n/m);
  const last = await gatehouse('index', '--json');
  expect(last.status, last.stderr).toBe(0);
  const { status, stderr } = await gatehouse('verify');
  if (seconds > 10) console.info(`${moves} files came or went during ${done.length} runs, ${rest.length} gave up`);
  expect(stderr).toContain(' 0 problems');
  expect(status).toBe(0);
}, 600_000);

const finished = (run: CliRun): boolean => run.status === 0;
const read = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined);
const raise = (): never => {
  throw new Error('no packages');
};
