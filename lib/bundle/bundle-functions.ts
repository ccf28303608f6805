import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const functionNames = ['scraper', 'downloader', 'indexer', 'prover', 'pruner', 'sweeper', 'deploy-files'] as const;
/** Each is a file of lambdas/, whose `handler` is `index.handler` of its bundle. */
export type FunctionName = (typeof functionNames)[number];

/** Functions that compress by bzip2, where that is asked for. */
const compressing = ['downloader', 'indexer'] as const;

/** Functions that solve, and so have the solver's thread and its WASM beside them. */
const solving = ['scraper', 'prover'] as const;

export interface BundleOptions {
  /** Puts the bzip2 thread beside the downloader and the indexer. It holds compressjs, which is GPL-2.0, so nobody gets it unasked. */
  readonly bz2: boolean;
}

const root = resolve(import.meta.dirname, '../..');
const { resolve: find } = createRequire(import.meta.url);
const rattler = find('@conda-org/rattler');
const zod = { zod: join(root, 'lib/shims/zod.mjs'), 'zod-files': dirname(find('zod')) };
const credentials = { '@aws-sdk/credential-provider-node': join(root, 'lib/shims/credentials.mjs') };

/** Defines the names that CommonJS packages inside an ES module may use. */
const commonJs = [
  "import { createRequire as gatehouseRequire } from 'node:module';",
  'const require = gatehouseRequire(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('');

const esModule = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'error',
  format: 'esm',
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  banner: { js: commonJs },
  alias: zod,
  inject: [join(root, 'lib/shims/buffer.mjs')],
} satisfies BuildOptions;

/**
 * Bundles every Lambda with all that it needs, the SDK included, into a folder of its own below `outdir`. Takes no
 * network and no docker; equal sources give equal bytes, so that a deployment changes only what changed.
 *
 * @returns the folders
 */
export function bundleFunctions(outdir: string, { bz2 }: BundleOptions): FunctionFolders {
  const handlers = functionNames.map((name) => [`${name}/index`, `lambdas/${name}.ts`] as const);
  buildSync({ ...esModule, outdir, entryPoints: Object.fromEntries(handlers), alias: { ...zod, ...credentials } });
  bundleSolver(outdir);
  if (bz2) bundleCompressor(outdir);
  return functionFolders(outdir);
}

export type FunctionFolders = Readonly<Record<FunctionName, string>>;

/** Where below a folder each function's bundle is. */
export function functionFolders(outdir: string): FunctionFolders {
  const folder = (name: FunctionName) => join(outdir, name);
  return {
    scraper: folder('scraper'),
    downloader: folder('downloader'),
    indexer: folder('indexer'),
    prover: folder('prover'),
    pruner: folder('pruner'),
    sweeper: folder('sweeper'),
    'deploy-files': folder('deploy-files'),
  };
}

/** rattler's build for Node reads its WASM from a file; the one that `import` finds carries it as 4 MB of text. */
function bundleSolver(outdir: string): void {
  const workers = solving.map((name) => [`${name}/solver-worker`, 'adapters/solver-rattler/worker.ts'] as const);
  const alias = { ...zod, '@conda-org/rattler': rattler };
  buildSync({ ...esModule, outdir, entryPoints: Object.fromEntries(workers), alias });
  const wasm = 'js_rattler_bg.wasm';
  for (const name of solving) copyFileSync(join(dirname(rattler), wasm), join(outdir, name, wasm));
}

/** Bundles compressjs's bzip2 alone: another method assigns a global that it never declared, which a module may not. */
function bundleCompressor(outdir: string): void {
  const workers = compressing.map((name) => [`${name}/bzip2-worker`, 'adapters/compress-bzip2/worker.ts'] as const);
  buildSync({
    ...esModule,
    outdir,
    entryPoints: Object.fromEntries(workers),
    alias: {
      ...zod,
      amdefine: join(root, 'lib/shims/amdefine.cjs'),
      compressjs: join(root, 'lib/shims/compressjs.cjs'),
      'compressjs-files': join(dirname(find('compressjs')), 'lib'),
    },
  });
}
