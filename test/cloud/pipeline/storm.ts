import { setTimeout as wait } from 'node:timers/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { seededRandom } from '../../support/random.ts';
import type { CloudRequest, Fault } from '../fault.ts';
import { decideAll, lackingMetadata, listable, namedForPip, writtenForPip } from './pip-storm.ts';
import { appOutput, deadLetters, noDeadLetters, openScene, type Scene } from './scene.ts';

/** `GATEHOUSE_STORMS=10` (npm run soak:cloud) for a long look. */
const storms = Number(process.env['GATEHOUSE_STORMS'] ?? 1);
const minutes = { timeout: 600_000 };
const objects = 300;
const writers = 8;
const subdirs = ['linux-64', 'noarch'] as const;

interface Written {
  readonly key: string;
  readonly bytes: Uint8Array;
}

async function writtenPackage(number: number): Promise<Written> {
  const subdir = subdirs[number % subdirs.length] ?? 'noarch';
  const format = number % 10 === 0 ? '.tar.bz2' : '.conda';
  const name = `package-${number}${number % 7 === 0 ? '_x' : ''}`;
  const { filename, bytes } = await buildPackage(small(`${name} 1.0+${number % 3}`, [], { subdir, format }));
  return { key: `conda/${subdir}/${filename}`, bytes };
}

describe('what 8 writers put and delete', () => {
  let folder: TemporaryFolder;
  let out: string;
  let packages: Written[];
  beforeAll(async () => {
    folder = await temporaryFolder();
    const policy = { advisories: 'none' };
    const document = { channels: ['https://upstream.invalid/x'], platforms: ['linux-64'], packages: [], policy };
    out = await appOutput(folder, JSON.stringify(document));
    packages = await Promise.all(Array.from({ length: objects }, (_, number) => writtenPackage(number)));
    packages.push(...writtenForPip);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  /** Events that come late, twice and in any order; conflicts, refusals and slow answers for the functions. */
  function disturb({ stack, expected }: Scene, random: () => number): void {
    const { cloud } = stack;
    cloud.sqs.random = random;
    cloud.sqs.isDeliveredTwice = () => random() < 0.03;
    cloud.fault = (request) => (request.caller.startsWith('Channel') ? faultOf(request, random()) : undefined);
    expected.push(/store\.conflict/, /\(503\b/);
  }

  /** All of them in some order, some twice, some deleted at once or later, some put again: the same bytes, for a name never gets others. */
  async function write({ clients, stack }: Scene, random: () => number): Promise<void> {
    const Bucket = stack.bucket;
    const put = (Key: string, Body: Uint8Array) =>
      clients.s3.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: '*' })).catch(ifThere);
    const remove = (Key: string) => clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const todo = packages.flatMap((one) => {
      const chance = random();
      const steps = [() => put(one.key, one.bytes)];
      if (chance < 0.1) steps.push(() => put(one.key, one.bytes));
      if (chance > 0.7) steps.push(() => remove(one.key));
      if (chance > 0.9) steps.push(() => put(one.key, one.bytes));
      return steps.map((step, i) => ({ at: random() + i * random(), step }));
    });
    const inOrder = todo.toSorted((a, b) => a.at - b.at).map(({ step }) => step);
    const lane = async () => {
      for (let step = inOrder.shift(); step !== undefined; step = inOrder.shift()) await step();
    };
    await Promise.all(Array.from({ length: writers }, lane));
  }

  // Side by side: most of a storm is waiting.
  it.concurrent.each(Array.from({ length: storms }, (_, i) => i + 1))(
    'the index is the listing, for conda and for pip (seed %i)',
    minutes,
    async (seed) => {
      const random = seededRandom(seed);
      const copies = () => {
        const chance = random();
        if (chance < 0.08) return [0, 0];
        return chance < 0.2 ? [Math.floor(random() * 600)] : [0];
      };
      await using scene = await openScene(out, { copies, windowMs: 400 });
      // The stack's own first sync withdraws what no entry needs, and so all that was decided before it.
      await scene.stack.rest();
      await decideAll(scene);
      await scene.stack.rest();
      disturb(scene, random);
      await write(scene, random);
      await scene.stack.rest();
      const listed = [...scene.stack.objects.keys()].filter((key) => /^conda\/.*(?:\.conda|\.tar\.bz2)$/.test(key));
      expect(listed.length).toBeGreaterThan(objects / 2);
      expect(indexed(scene)).toEqual(listed.toSorted());
      expect(listable(scene).length).toBeGreaterThan(writtenForPip.length / 4);
      expect(namedForPip(scene)).toEqual(listable(scene));
      expect(deadLetters(scene)).toEqual(noDeadLetters);
      scene.stack.cloud.fault = () => undefined;
      const damage = await scene.damage([...subdirs]);
      const lacking = lackingMetadata(scene);
      expect(damage.map(({ code, key }) => [code, key])).toEqual(lacking.map((key) => ['verify.metadata', key]));
    },
  );
});

function faultOf({ service, operation, headers }: CloudRequest, chance: number): Fault | undefined {
  const writes = operation === 'PutObject' || operation === 'CompleteMultipartUpload';
  const isConditional = 'if-match' in headers || 'if-none-match' in headers;
  if (writes && isConditional && chance < 0.05) return { refuse: { status: 409, code: 'ConditionalRequestConflict' } };
  if (service === 's3' && chance < 0.001) return { refuse: { status: 503, code: 'SlowDown' } };
  if (chance < 0.02) return { before: wait(40) };
  return chance < 0.03 ? { after: wait(40) } : undefined;
}

/** Another was first. */
function ifThere(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'PreconditionFailed') throw error;
}

/** The keys that the index files name. */
const indexed = (scene: Scene): string[] =>
  subdirs
    .flatMap((subdir) => {
      const key = `conda/${subdir}/repodata.json`;
      const { packages, 'packages.conda': conda } = JSON.parse(scene.contents(key)[key] ?? '');
      return Object.keys({ ...packages, ...conda }).map((name) => `conda/${subdir}/${name}`);
    })
    .toSorted();
