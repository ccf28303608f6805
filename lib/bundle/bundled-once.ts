import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Stack, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { cachedBundles } from './bundle-cache.ts';
import { type BundleOptions, type FunctionFolders, functionFolders } from './bundle-functions.ts';

const cache = resolve(import.meta.dirname, '../../node_modules/.cache/gatehouse/functions');

/**
 * The bundled functions of a channel, which are bundled again only when something that they are made of has changed. Where
 * the command needs no bundles (`cdk ls`) each is a file that stands for one: what the CDK puts together then is not deployed.
 *
 * @returns the folders
 */
export function bundledOnce(scope: Construct, options: BundleOptions): FunctionFolders {
  const { outdir } = Stage.of(scope) ?? {};
  if (outdir === undefined) throw new Error('a channel is part of an app');
  const own = join(outdir, 'functions', scope.node.addr);
  return Stack.of(scope).bundlingRequired ? cachedBundles(cache, own, options) : placeholders(own);
}

function placeholders(folder: string): FunctionFolders {
  const folders = functionFolders(folder);
  for (const [name, path] of Object.entries(folders)) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'index.mjs'), `// ${name} was not bundled: the command did not need it\n`);
  }
  return folders;
}
