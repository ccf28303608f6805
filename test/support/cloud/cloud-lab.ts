import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { small } from '../cli/start-lab.ts';
import { temporaryFolder } from '../machine/temporary-folder.ts';
import { key } from '../store/objects.ts';
import { type SmallCloud, smallCloud } from './small-cloud.ts';

/** An upstream with a, which needs b, and c; and clouds that mirror it. */
export interface CloudLab extends AsyncDisposable {
  cloud(): SmallCloud;
  allowing(...packages: string[]): object;
  /** Allows a, in these forms, too. */
  forming(...forms: string[]): object;
  /** Has a cloud fetch a and b, and come to rest. */
  synced(cloud: SmallCloud): Promise<void>;
}

export async function startCloudLab(): Promise<CloudLab> {
  const solver = rattlerSolver();
  const folder = await temporaryFolder();
  const upstream = join(folder.path, 'upstream');
  await buildChannel(upstream, [small('a 1.0', ['b']), small('b 1.0'), small('c 1.0')], { forms: ['json'] });
  const lab: CloudLab = {
    cloud: () => smallCloud(solver),
    allowing: (...packages) => ({ channels: [pathToFileURL(upstream).href], platforms: ['linux-64'], packages }),
    forming: (...forms) => ({ ...lab.allowing('a'), forms }),
    async synced(cloud) {
      await cloud.allowlist(lab.allowing('a'));
      await cloud.run();
      expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    },
    async [Symbol.asyncDispose]() {
      await solver[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return lab;
}

/** The `.conda` packages that a cloud serves; null without an index. */
export function listed(cloud: SmallCloud, subdir = 'linux-64'): string[] | null {
  const bytes = cloud.bucket.objects.get(key(`conda/${subdir}/repodata.json`))?.bytes;
  return bytes === undefined ? null : Object.keys(JSON.parse(Buffer.from(bytes).toString())['packages.conda']);
}

/** What S3 says of an object, whose key it has encoded. */
export const notification = (encoded: string, eventName = 'ObjectCreated:Put'): string =>
  JSON.stringify({ Records: [{ eventName, s3: { object: { key: encoded } } }] });

export const testEvent = JSON.stringify({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: 'now',
  Bucket: 'channel',
});

/** The messages m0, m1, ... */
export const batch = (...bodies: string[]) => bodies.map((body, i) => ({ messageId: `m${i}`, body }));

export const failing = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

/** Of an invocation that has its time before it. */
export const inTime = { getRemainingTimeInMillis: () => 300_000 };
