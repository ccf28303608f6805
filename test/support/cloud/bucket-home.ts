import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSampleChannel } from '../../../local/sample/sample-channel.ts';
import { newCloudBucket } from '../../cloud/s3/s3-world.ts';
import { type Cloud, startCloud } from '../../cloud/start-cloud.ts';
import { type CliRun, runCli, type StartedCli, startCli } from '../cli/run-cli.ts';
import { temporaryFolder } from '../machine/temporary-folder.ts';

/** A folder with an allowlist, an upstream beside it, and a cloud with an empty bucket. */
export interface BucketHome extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly path: string;
  /** The system's temporary folder, for what is run here. */
  readonly temporary: string;
  allow(packages: readonly string[]): Promise<void>;
  run(args: readonly string[], env?: Readonly<Record<string, string | undefined>>): Promise<CliRun>;
  start(args: readonly string[]): StartedCli;
  /** Tags of the objects in the bucket by key. */
  tags(prefix: string): Record<string, string>;
}

export const homeBucket = 'channel';

export async function bucketHome(): Promise<BucketHome> {
  const folder = await temporaryFolder();
  const [path, temporary, upstream] = ['home', 'tmp', 'upstream'].map((name) => join(folder.path, name));
  if (path === undefined || temporary === undefined || upstream === undefined) throw new Error('unreachable');
  await mkdir(path);
  await mkdir(temporary);
  await buildSampleChannel(upstream);
  const cloud = await startCloud();
  cloud.s3.buckets.set(homeBucket, newCloudBucket());
  const nowhere = join(folder.path, 'no-aws-files');
  const environment = {
    ...cloud.environment,
    TMPDIR: temporary,
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {
    cloud,
    path,
    temporary,
    allow: async (packages) => {
      const allowlist = { channels: [pathToFileURL(upstream).href], platforms: ['linux-64'], packages };
      await writeFile(join(path, 'allowlist.json'), JSON.stringify(allowlist));
    },
    run: (args, env = {}) => runCli(args, { cwd: path, env: { ...environment, ...env } }),
    start: (args) => startCli(args, { cwd: path, env: environment }),
    tags: (prefix) => {
      const objects = [...(cloud.s3.buckets.get(homeBucket)?.objects ?? [])];
      const found = objects.filter(([key]) => key.startsWith(prefix)).map(([key, { etag }]) => [key, etag]);
      return Object.fromEntries(found.sort());
    },
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
