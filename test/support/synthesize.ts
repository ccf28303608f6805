import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib';
import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import type { FunctionName } from '../../lib/bundle-functions.ts';
import { ChannelStack } from '../../lib/channel-stack.ts';
import type { CondaChannelProps } from '../../lib/conda-channel.ts';
import { plainTemplate, type StackTemplate } from './stack-template.ts';

const root = resolve(import.meta.dirname, '../..');
const cdkSchema = z.looseObject({ context: z.record(z.string(), z.unknown()) });

/** Folders that stand for the bundles, which have tests of their own. */
function emptyBundles(folder: string): Record<FunctionName, string> {
  const bundle = (name: FunctionName) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'index.mjs'), `export const handler = () => '${name}';\n`);
    return path;
  };
  return {
    scraper: bundle('scraper'),
    downloader: bundle('downloader'),
    indexer: bundle('indexer'),
    prover: bundle('prover'),
    pruner: bundle('pruner'),
    'deploy-files': bundle('deploy-files'),
  };
}

/**
 * The stack with cdk.json's feature flags, as `cdk deploy` would send it but for the bundles.
 *
 * @param plugins look at the app while it is synthesized, and throw what they find
 */
export function synthesize(
  channel: CondaChannelProps = {},
  plugins: (app: App) => IPolicyValidationPlugin[] = () => [],
): StackTemplate {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stack-'));
  try {
    const { context } = parseJson(readFileSync(join(root, 'cdk.json'), 'utf8'), cdkSchema, 'cdk.json');
    const app = new App({ context, outdir: join(folder, 'cdk.out'), analyticsReporting: false });
    const bundles = emptyBundles(join(folder, 'bundles'));
    const stack = new ChannelStack(app, 'Gatehouse', { channel: { bundles, ...channel } });
    Validations.of(app).addPlugins(...plugins(app));
    const { template } = app.synth().getStackArtifact(stack.artifactId);
    return plainTemplate(template);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
