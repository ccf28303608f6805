import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { verify } from '../../core/steps/verify.ts';
import { sync, syncProblems } from '../../local/pipeline/sync.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { incompressibleBytes, type PackageSpec } from '../../local/sample/build-package.ts';
import { openWorld, type World } from '../../local/world/open-world.ts';
import { readAllowlist } from '../../local/world/repository-files.ts';
import { channelFaults } from '../support/cli/channel-faults.ts';
import { startCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { folderDigests, folderFiles } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { seededRandom } from '../support/random.ts';
import { slowUpstream } from '../support/upstream/slow-upstream.ts';

/** `GATEHOUSE_KILLS=50` (npm run soak:kill) for a long look; the points are seeded and spread over the whole run. */
const kills = Number(process.env['GATEHOUSE_KILLS'] ?? 10);
/** Runs side by side; most of their time is the upstream's delay and the start of a process. */
const lanes = 3;
const epoch = '1767225600';

const big = incompressibleBytes('big', 300_000);
const parts = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `part-${name}`);
const packages: PackageSpec[] = [
  small('app 1.0', ['lib-a', 'lib-b']),
  small('app 2.0', ['lib-a >=2', 'lib-b', 'big', 'pure', ...parts]),
  ...parts.map((name) => small(`${name} 1.0`)),
  small('lib-a 1.0'),
  small('lib-a 2.0', ['lib-c']),
  small('lib-b 1.0', ['lib-c'], { format: '.tar.bz2' }),
  small('lib-c 1.0'),
  small('big 1.0', [], { files: [{ path: 'share/big', content: big }] }),
  small('pure 1.0', [], { subdir: 'noarch', noarch: 'generic' }),
  small('old 1.0', ['lib-c']),
];
/** The first sync of a store that is updated, then what the killed run is to bring about. */
const before = { packages: ['app ==1.0', 'old'], patches: {} };
const after = { packages: ['app', 'pure'], patches: { 'lib-b-1.0-0.tar.bz2': { depends: ['lib-c >=1'] } } };

const solver = rattlerSolver();
let folder: TemporaryFolder;
/** Sha256 by `<subdir>/<file>` of everything upstream ever offered. */
let genuine: ReadonlyMap<string, string>;

/** Every run begins with one of these stores. */
const beginnings = ['nothing', 'an earlier sync'] as const;
type Beginning = (typeof beginnings)[number];
interface Reference {
  /** Sha256 of every served file. */
  readonly files: Readonly<Record<string, string>>;
  readonly marks: number;
}
const references = new Map<Beginning, Reference>();

beforeAll(async () => {
  vi.stubEnv('SOURCE_DATE_EPOCH', epoch);
  folder = await temporaryFolder();
  await buildChannel(join(folder.path, 'before'), packages, { patches: before.patches, forms: ['json'] });
  await buildChannel(join(folder.path, 'after'), packages, { patches: after.patches, forms: ['json'] });
  const offered = [...(await folderFiles(join(folder.path, 'after')))];
  genuine = new Map(offered.map(([path, bytes]) => [path, sha256Of(bytes)]));
  await using first = await startRun('an earlier sync', 'before', 'first');
  expect((await first.finish()).problems).toEqual([]);
  for (const beginning of beginnings) references.set(beginning, await undisturbed(beginning));
});
afterAll(async () => {
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function undisturbed(beginning: Beginning): Promise<Reference> {
  await using run = await startRun(beginning, 'after', `undisturbed ${beginning}`);
  expect((await run.killedAt(Number.POSITIVE_INFINITY, 0)).status).toBe(0);
  return { files: await folderDigests(join(run.store, 'conda')), marks: run.marks() };
}

/** A folder with an allowlist and a store, and a slow upstream of its own. */
async function startRun(beginning: Beginning, state: 'before' | 'after', name: string) {
  const home = join(folder.path, name.replaceAll(' ', '-'));
  const store = join(home, '.gatehouse');
  await mkdir(home);
  if (beginning !== 'nothing' && state === 'after')
    await cp(join(folder.path, 'first/.gatehouse'), store, { recursive: true });
  const faults: string[] = [];
  let marks = 0;
  let onMark = () => {};
  const mark = () => {
    marks += 1;
    onMark();
  };
  const upstream = await slowUpstream(join(folder.path, state), {
    async onRequest() {
      mark();
      faults.push(...(await channelFaults(store, genuine).catch((error) => [String(error)])));
    },
    onSlice: mark,
    sliced: 'big-1.0',
  });
  const allowlist = { channels: [upstream.url], platforms: ['linux-64'], ...(state === 'before' ? before : after) };
  const { patches: _, ...document } = allowlist;
  await writeFile(join(home, 'allowlist.json'), JSON.stringify(document));
  return {
    store,
    marks: () => marks,
    /** What was unsound at some request of the run. */
    faults,
    /** The command line, killed so many milliseconds after so many marks: requests, slices and lines on stderr. */
    async killedAt(target: number, delay: number) {
      const cli = startCli(['sync'], { cwd: home, env: { SOURCE_DATE_EPOCH: epoch } });
      cli.child.stderr.on('data', (text: string) => {
        for (const _line of text.matchAll(/\n/g)) mark();
      });
      onMark = () => {
        if (marks === target) setTimeout(() => cli.child.kill('SIGKILL'), delay);
      };
      return cli.ended;
    },
    /** One more sync, to its end. */
    async finish() {
      onMark = () => {};
      const world: World = { ...openWorld(store), solver };
      const { allowlist } = await readAllowlist(join(home, 'allowlist.json'));
      const report = await sync(allowlist, world, () => {}, { yes: true });
      const damage = (await verify([], { ...world, log: () => {} })).problems;
      return { problems: syncProblems(report), damage };
    },
    [Symbol.asyncDispose]: () => upstream.close(),
  };
}

type Phase = 'before the first package' | 'between packages' | 'before the last index' | 'after it';

function phaseOf(now: Readonly<Record<string, string>>, beginning: Beginning): Phase {
  const wanted = Object.entries(references.get(beginning)?.files ?? {});
  const isNew = (path: string) => path.includes('/part-') || path.includes('/big-');
  if (wanted.some(([path]) => !(path in now) && /\.(?:conda|tar\.bz2)$/.test(path))) {
    return Object.keys(now).some(isNew) ? 'between packages' : 'before the first package';
  }
  return wanted.every(([path, sha256]) => now[path] === sha256) ? 'after it' : 'before the last index';
}

it(`killed at ${kills} points, whatever is visible is sound, and one more run makes it as if nothing had been`, async () => {
  const random = seededRandom(20_260_115);
  const points = Array.from({ length: kills }, (_, i) => {
    const beginning = beginnings[i % 2] ?? 'nothing';
    const marks = references.get(beginning)?.marks ?? 0;
    return { i, beginning, target: 1 + Math.floor(((i + random()) / kills) * marks), delay: random() * 15 };
  });
  const phases = new Map<Phase, number>();
  const lane = async (mine: number) => {
    for (const { i, beginning, target, delay } of points.filter((point) => point.i % lanes === mine)) {
      const what = `from ${beginning}, killed at mark ${target} + ${delay.toFixed(1)} ms`;
      await using run = await startRun(beginning, 'after', `kill ${i}`);
      await run.killedAt(target, delay);
      expect([...run.faults, ...(await channelFaults(run.store, genuine))], what).toEqual([]);
      const phase = phaseOf(await folderDigests(join(run.store, 'conda')), beginning);
      phases.set(phase, 1 + (phases.get(phase) ?? 0));
      expect(await run.finish(), what).toEqual({ problems: [], damage: [] });
      expect(await folderDigests(join(run.store, 'conda')), what).toEqual(references.get(beginning)?.files);
      expect(await folderDigests(join(run.store, '_gatehouse/incoming')), what).toEqual({});
    }
  };
  // Every lane to its end, so that none works on in a folder that is being removed.
  const done = await Promise.allSettled(Array.from({ length: lanes }, (_, i) => lane(i)));
  for (const outcome of done) if (outcome.status === 'rejected') throw outcome.reason;
  if (kills > 10) console.info('kills landed', Object.fromEntries(phases));
  expect(phases.get('before the first package')).toBeGreaterThan(0);
  expect(phases.get('between packages')).toBeGreaterThan(0);
  expect((phases.get('before the last index') ?? 0) + (phases.get('after it') ?? 0)).toBeGreaterThan(0);
}, 600_000);
