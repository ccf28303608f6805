import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { bundleFunctions } from '../../lib/bundle/bundle-functions.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { candidate, poolOf } from '../support/solver/candidates.ts';
import { sharedBundles } from '../support/stack/shared-bundles.ts';

type Bundles = ReturnType<typeof bundleFunctions>;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let plain: Bundles;
let withBz2: Bundles;
beforeAll(async () => {
  folder = await temporaryFolder();
  plain = await sharedBundles(false);
  withBz2 = await sharedBundles(true);
});
afterAll(() => folder[Symbol.asyncDispose]());

async function contents(bundles: Bundles): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const [name, path] of Object.entries(bundles)) {
    for (const file of await readdir(path)) files.set(`${name}/${file}`, await readFile(join(path, file)));
  }
  return files;
}

/** What the stack tells its functions. */
const environment = {
  AWS_REGION: 'eu-central-1',
  GATEHOUSE_BUCKET: 'channel',
  GATEHOUSE_OWN_QUEUE_URL: 'https://sqs.invalid/1/own',
  GATEHOUSE_DEAD_LETTERS_URL: 'https://sqs.invalid/1/own',
  GATEHOUSE_MAX_RECEIVES: '5',
  GATEHOUSE_SCHEDULES: '{}',
  GATEHOUSE_PLAN_QUEUE_URL: 'https://sqs.invalid/1/plan',
  GATEHOUSE_JOB_QUEUE_URL: 'https://sqs.invalid/1/job',
  GATEHOUSE_INDEX_QUEUE_URL: 'https://sqs.invalid/1/index',
  GATEHOUSE_PROOF_QUEUE_URL: 'https://sqs.invalid/1/proof',
  GATEHOUSE_SWEEP_QUEUE_URL: 'https://sqs.invalid/1/sweep',
  POWERTOOLS_SERVICE_NAME: 'gatehouse',
  POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
};

const limit = 1_150_000;

describe('what is in a bundle', () => {
  it('is under 1.15 MB besides the WASM, which only those who solve have', async () => {
    const files = await contents(withBz2);
    const large = [...files].filter(([, bytes]) => bytes.length >= limit).map(([name]) => name);
    expect(large.sort()).toEqual(['prover/js_rattler_bg.wasm', 'scraper/js_rattler_bg.wasm']);
    for (const path of Object.values(withBz2)) {
      const names = (await readdir(path)).filter((name) => !name.endsWith('.wasm'));
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(limit);
    }
  });

  it('is no compressjs, which is GPL-2.0, unless bz2 was asked for', async () => {
    const holding = async (bundles: Bundles) =>
      [...(await contents(bundles))].filter(([, bytes]) => /compressFile/.test(bytes.toString('latin1')));
    expect((await holding(plain)).map(([name]) => name)).toEqual([]);
    expect((await holding(withBz2)).map(([name]) => name)).toEqual([
      'downloader/bzip2-worker.mjs',
      'indexer/bzip2-worker.mjs',
    ]);
  });

  it('is no way to make a buffer that Node warns of', async () => {
    const holding = [...(await contents(withBz2))].filter(([, bytes]) => /new Buffer\(/.test(bytes.toString('latin1')));
    expect(holding.map(([name]) => name)).toEqual([]);
  });

  it('is the same bytes each time', async () => {
    const again = bundleFunctions(join(folder.path, 'again'), { bz2: true });
    expect(await contents(again)).toEqual(await contents(withBz2));
  });
});

describe('what a bundle does', () => {
  it.each(['scraper', 'downloader', 'indexer', 'prover', 'pruner', 'sweeper', 'deploy-files'] as const)(
    'the %s loads with nothing but its folder',
    (name) => {
      const script = `import(${JSON.stringify(pathToFileURL(join(plain[name], 'index.mjs')).href)})
        .then(({ handler }) => console.log(typeof handler))`;
      const said = execFileSync(process.execPath, ['-e', script], { cwd: folder.path, env: {}, encoding: 'utf8' });
      expect(said).toBe('function\n');
    },
  );

  it.each(['scraper', 'downloader', 'indexer', 'prover', 'sweeper'] as const)(
    'the %s runs: it says no to a poison message, and in its log why',
    (name) => {
      const script = `import(${JSON.stringify(pathToFileURL(join(plain[name], 'index.mjs')).href)})
        .then(({ handler }) => handler({ Records: [{ messageId: 'm1', body: '{"no":1}' }] },
          { getRemainingTimeInMillis: () => 900000 }))
        .then((reply) => console.log(JSON.stringify(reply)))`;
      const ran = spawnSync(process.execPath, ['-e', script], { cwd: folder.path, env: environment, encoding: 'utf8' });
      expect(ran.stdout.trim().split('\n').at(-1)).toBe('{"batchItemFailures":[{"itemIdentifier":"m1"}]}');
      expect(ran.stdout).toContain('"Namespace":"Gatehouse"');
      expect(JSON.parse(ran.stderr)).toMatchObject({ level: 'ERROR', service: 'gatehouse', code: 'json.invalid' });
    },
  );

  it('without its environment it says what is missing', () => {
    const script = `import(${JSON.stringify(pathToFileURL(join(plain.indexer, 'index.mjs')).href)})
      .then(({ handler }) => handler({ Records: [] }, {})).catch((error) => console.log(error.message))`;
    const said = execFileSync(process.execPath, ['-e', script], { cwd: folder.path, env: {}, encoding: 'utf8' });
    expect(said).toContain('GATEHOUSE_BUCKET');
  });

  it.each(['scraper', 'prover'] as const)(
    "the %s's solver thread solves, as the one that is not bundled",
    async (name) => {
      const tiny = poolOf([
        candidate('app 1.0', { depends: ['base >=1'] }),
        candidate('base 1.0'),
        candidate('base 1.5'),
        candidate('other 1.0'),
      ]);
      await using bundled = rattlerSolver({ workerUrl: pathToFileURL(join(plain[name], 'solver-worker.mjs')) });
      await using source = rattlerSolver();
      for (const specs of [['app'], ['app', 'base <1.5'], ['nowhere']]) {
        expect(await bundled.solve(tiny, specs)).toEqual(await source.solve(tiny, specs));
      }
      const keys = ['noarch/app-1.0-0.conda', 'noarch/base-1.5-0.conda'];
      expect(await bundled.solve(tiny, ['app'])).toEqual({ status: 'solved', keys });
    },
  );
});
