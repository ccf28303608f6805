import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, type Environment, type IPolicyValidationPlugin, Stack, Validations } from 'aws-cdk-lib';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import type { FunctionName } from '../../../lib/bundle/bundle-functions.ts';
import { ChannelStack, type ChannelStackProps } from '../../../lib/channel-stack.ts';
import type { CondaChannelProps } from '../../../lib/settings/props.ts';
import { plainTemplate, type StackTemplate } from './stack-template.ts';

const root = resolve(import.meta.dirname, '../../..');
const cdkSchema = z.looseObject({ context: z.record(z.string(), z.unknown()) });

function newApp(outdir: string): App {
  const { context } = parseJson(readFileSync(join(root, 'cdk.json'), 'utf8'), cdkSchema, 'cdk.json');
  return new App({ context, outdir, analyticsReporting: false });
}

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
    sweeper: bundle('sweeper'),
    'deploy-files': bundle('deploy-files'),
  };
}

interface Around {
  /** They look at the app while it is synthesized, and throw what they find. */
  readonly plugins?: (app: App) => IPolicyValidationPlugin[];
  /** What an organisation adds to its stack. */
  readonly extend?: (stack: ChannelStack) => void;
}

/**
 * Writes the app's output to `outdir`, with cdk.json's feature flags, as `cdk deploy` would read it.
 *
 * @returns the template
 */
export function synthesizeTo(outdir: string, channel: CondaChannelProps = {}, around: Around = {}): unknown {
  const app = newApp(outdir);
  const stack = new ChannelStack(app, 'Gatehouse', { channel });
  around.extend?.(stack);
  Validations.of(app).addPlugins(...(around.plugins?.(app) ?? []));
  return app.synth().getStackArtifact(stack.artifactId).template;
}

interface StackOfApp extends Omit<ChannelStackProps, 'env'> {
  readonly name: string;
  /** Where two stacks of an app have one name, in two regions. */
  readonly id?: string;
  readonly env?: Environment;
}

/** The templates of several stacks of one app, but for the bundles. */
export function synthesizeApp(stacks: readonly StackOfApp[], around: Pick<Around, 'plugins'> = {}): StackTemplate[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-app-'));
  try {
    const bundles = emptyBundles(join(folder, 'bundles'));
    const app = newApp(join(folder, 'cdk.out'));
    const made = stacks.map(({ name, id = name, env = {}, channel, ...props }) => {
      const all = { ...props, env, stackName: name, channel: { bundles, ...channel } };
      return new ChannelStack(app, id, all);
    });
    Validations.of(app).addPlugins(...(around.plugins?.(app) ?? []));
    const assembly = app.synth();
    return made.map(({ artifactId }) => plainTemplate(assembly.getStackArtifact(artifactId).template));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The template as `cdk deploy` would send it but for the bundles, made in a folder. */
export function synthesizeEmpty(folder: string, channel: CondaChannelProps = {}, around: Around = {}): unknown {
  const bundles = emptyBundles(join(folder, 'bundles'));
  return synthesizeTo(join(folder, 'cdk.out'), { bundles, ...channel }, around);
}

/** The same for a look at its resources. */
export function synthesize(channel: CondaChannelProps = {}, around: Around = {}): StackTemplate {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stack-'));
  try {
    return plainTemplate(synthesizeEmpty(folder, channel, around));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface OwnApp<T> {
  readonly built: T;
  readonly template: StackTemplate;
  /** What synthesis warns of. */
  readonly warnings: readonly string[];
}

/**
 * A stack of an app of one's own, in account 123456789012 and eu-west-1.
 *
 * @param build makes what is in it, the channel with these props among others
 */
export function synthesizeOwn<T>(
  build: (stack: Stack, props: CondaChannelProps) => T,
  plugins: Around['plugins'] = () => [],
): OwnApp<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stack-'));
  try {
    const app = newApp(join(folder, 'cdk.out'));
    const stack = new Stack(app, 'Own', { env: { account: '123456789012', region: 'eu-west-1' } });
    const built = build(stack, { bundles: emptyBundles(join(folder, 'bundles')) });
    Validations.of(app).addPlugins(...plugins(app));
    const { template, messages } = app.synth().getStackArtifact(stack.artifactId);
    const warnings = messages.filter(({ level }) => level === 'warning').map(({ entry }) => String(entry.data));
    return { built, template: plainTemplate(template), warnings };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
