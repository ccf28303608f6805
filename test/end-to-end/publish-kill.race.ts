import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCli } from '../support/cli/run-cli.ts';
import { folderDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import {
  atRest,
  copyOf,
  type Decisions,
  damageIn,
  decisionsIn,
  filesIn,
  gatehouse,
  isOfLedger,
  publishHome,
  stillTime,
  unsoundIn,
} from '../support/publish/publish-home.ts';
import { seededRandom } from '../support/random.ts';

/** `GATEHOUSE_KILLS=50` (npm run soak:kill) for a long look; the moments are seeded and spread over the whole run. */
const kills = Number(process.env['GATEHOUSE_KILLS'] ?? 8);

interface Work {
  readonly args: readonly string[];
  /** Where it begins, what it leads to, and how long it takes, in milliseconds. */
  home: string;
  result: Record<string, string>;
  decisions: Decisions;
  took: number;
}

let folder: TemporaryFolder;
const works: Work[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  const home = await publishHome(folder.path);
  const staged = await copyOf(home, join(folder.path, 'staged'));
  expect((await gatehouse(staged, 'publish', '--to', 'staging', ...filesIn('dist'))).status).toBe(0);
  works.push(await undisturbed(home, ['publish', ...filesIn('dist')], 'published'));
  works.push(await undisturbed(staged, ['promote', 'demo', '1.0'], 'promoted'));
});
afterAll(() => folder[Symbol.asyncDispose]());

async function undisturbed(home: string, args: readonly string[], name: string): Promise<Work> {
  const at = await copyOf(home, join(folder.path, name));
  const began = performance.now();
  const { status, stderr } = await gatehouse(at, ...args);
  expect(stderr).toContain('published /simple/demo/demo-1.0-py3-none-any.whl');
  expect(status).toBe(0);
  const decisions = await decisionsIn(at);
  expect(decisions.decided.size).toBeGreaterThan(2);
  return { args, home, took: performance.now() - began, result: await atRest(at), decisions };
}

/** How long it writes before it indexes, in milliseconds, on a machine that has other work. */
const writingMs = 80;

/** Kills a run at a moment of it; half of the moments lie in the time in which it writes. */
async function killed(home: string, { args, took }: Work, share: number, fromWriting: boolean): Promise<void> {
  const cli = startCli(args, { cwd: home, env: stillTime });
  if (fromWriting) await cli.untilSaid('publishing conda package').catch(() => {});
  const delay = share * (fromWriting ? writingMs : took);
  const timer = setTimeout(() => cli.child.kill('SIGKILL'), delay);
  await cli.ended;
  clearTimeout(timer);
}

it(`killed at ${kills} moments, whatever is visible is sound, and the same command finishes`, async () => {
  const random = seededRandom(20_261_129);
  const phases = new Map<string, number>();
  for (let i = 0; i < kills; i++) {
    const work = works[i % works.length];
    if (work === undefined) throw new Error('no work');
    const home = await copyOf(work.home, join(folder.path, `kill-${i}`));
    const share = (i + random()) / kills;
    const what = `${work.args[0]} killed at ${share.toFixed(2)}`;
    await killed(home, work, share, i % 4 < 2);
    expect(await unsoundIn(home), what).toEqual([]);
    const phase = phaseOf(await atRest(home), work);
    phases.set(phase, 1 + (phases.get(phase) ?? 0));
    const { status, stderr } = await gatehouse(home, ...work.args);
    expect(status, `${what}: ${stderr}`).toBe(0);
    expect(await damageIn(home), what).toEqual([]);
    expect(withoutLedger(await atRest(home)), what).toEqual(withoutLedger(work.result));
    // Whoever is killed behind an entry of the ledger, and before its verdict, leaves the entry; two files are judged at once.
    const { decided, entries } = await decisionsIn(home);
    expect(decided, what).toEqual(work.decisions.decided);
    expect(entries - work.decisions.entries, what).toBeLessThanOrEqual(2);
    expect(await folderDigests(join(home, '.gatehouse/_gatehouse/incoming')), what).toEqual({});
  }
  console.info('kills landed', Object.fromEntries(phases));
  expect(phases.size).toBeGreaterThan(1);
});

const withoutLedger = (all: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(all).filter(([path]) => !isOfLedger(path)));

type Phase = 'before it' | 'while writing' | 'while indexing' | 'after it';

function phaseOf(now: Readonly<Record<string, string>>, { result }: Work): Phase {
  const files = Object.keys(result).filter((path) => /^(?:simple|conda)\/.*demo.*(?:whl|gz|conda)$/.test(path));
  const isSame = Object.entries(result).every(([path, sha256]) => now[path] === sha256);
  if (isSame) return 'after it';
  if (files.every((path) => path in now)) return 'while indexing';
  return files.some((path) => path in now || `_gatehouse/names/${path}.json` in now) ? 'while writing' : 'before it';
}

it('two at once publish the same bytes once, and of other bytes one gets all names', async () => {
  for (const [i, second] of (['dist', 'rebuilt', 'rebuilt', 'rebuilt'] as const).entries()) {
    const home = await copyOf(works[0]?.home ?? '', join(folder.path, `two-${i}`));
    const runs = await Promise.all([
      gatehouse(home, 'publish', ...filesIn('dist')),
      gatehouse(home, 'publish', ...filesIn(second)),
    ]);
    const statuses = runs.map(({ status }) => status).sort();
    const said = runs.map(({ stderr }) => stderr).join('\n');
    expect(statuses, said).toEqual(second === 'dist' ? [0, 0] : [0, 1]);
    if (second === 'rebuilt') expect(said).toContain('publish.used-name');
    expect(await unsoundIn(home)).toEqual([]);
    expect(await damageIn(home)).toEqual([]);
  }
});
