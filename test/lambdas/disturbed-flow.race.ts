import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { parseJson } from '../../core/json/json.ts';
import { patchKey } from '../../core/layout/keys.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { buildChannel, type ChannelPackage } from '../../local/sample/build-channel.ts';
import { buildSampleIndex } from '../../local/sample/sample-index.ts';
import { parsePatchInstructions } from '../support/cli/patch-instructions.ts';
import { small } from '../support/cli/start-lab.ts';
import { damage, expectSame, isShard, localSync, textsBelow } from '../support/cloud/compare.ts';
import { type SmallCloud, smallCloud } from '../support/cloud/small-cloud.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { seededRandom } from '../support/random.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const urlOf = (name: string) => pathToFileURL(join(folder.path, name)).href;

const linux = subdirSchema.parse('linux-64');
const day = 24 * 60 * 60 * 1000;

/** Two allowlists and two upstreams: what enters, changes, hides its other format and leaves. */
const first: ChannelPackage[] = [
  small('app 1.0', ['lib']),
  small('lib 1.0'),
  small('old 1.0', [], { format: '.tar.bz2' }),
  small('extra 1.0'),
  small('gone 1.0', ['gone-too']),
  small('gone-too 1.0'),
  small('python 3.12.4'),
  small('campus-text 1.0', ['python'], { subdir: 'noarch', noarch: 'python' }),
];
const second: ChannelPackage[] = [...first, small('lib 1.2+x'), small('old 1.0')];
const patches = { 'app-1.0-0.conda': { depends: ['lib >=1.1'] } };

/** The organisation's own, which come with the second allowlist; so do two forms. */
const ownHotfixes = {
  patch_instructions_version: 1,
  'packages.conda': {
    'app-1.0-0.conda': { depends: ['lib >=1.1', 'extra'] },
    'lib-1.2+x-0.conda': { constrains: ['gone <1'] },
  },
  remove: ['lib-1.0-0.conda'],
};
const forms = ['repodata_shards.msgpack.zst', 'repodata_from_packages.json'];

/** A project with a wheel stays, one with an sdist leaves. */
const projects = { first: ['campus-quiz', 'campus-graphs'], second: ['campus-quiz'] };

const allowlist = (name: keyof typeof projects, packages: readonly string[], more: object = {}) => ({
  ...more,
  channels: [urlOf(name)],
  indexes: [`${urlOf(name)}/simple`],
  condaNames: { 'campus-text': 'campus-text' },
  platforms: ['linux-64', 'osx-64'],
  packages: [
    ...packages.map((spec) => ({ spec, platforms: ['linux-64'] })),
    ...projects[name].map((pypi) => ({ pypi, sdist: 'unpack', platforms: ['linux-64'] })),
  ],
});

interface Play {
  readonly cloud: SmallCloud;
  readonly served: Record<string, string>;
}

async function play(mischief?: Parameters<typeof smallCloud>[1]): Promise<Play> {
  const cloud = smallCloud(solver, mischief);
  await cloud.allowlist(allowlist('first', ['app', 'old', 'gone']));
  await cloud.run();
  cloud.now += day;
  await cloud.put(patchKey(linux), Buffer.from(JSON.stringify(ownHotfixes)));
  await cloud.allowlist(allowlist('second', ['app', 'old'], { forms }));
  await cloud.run();
  return { cloud, served: kept(cloud) };
}

/** All but what tells of the way there, as the order of the ledger and the count of proofs do, and shards. */
const kept = (cloud: SmallCloud) =>
  Object.fromEntries(
    Object.entries(cloud.objects()).filter(
      ([key]) => !/^_gatehouse\/(?:(?:runs|plans|proven|state|ledger)\/|ledger-head\.json)/.test(key) && !isShard(key),
    ),
  );

/** Batches of up to 10 on every queue, so that a handler is also cut off between two messages. */
const batchSize = 10;

/** Far more than the stack's 5 and 10: chance cuts one message's invocations off up to 13 times in a row in 40 plays. */
const maxReceives = 30;

describe('whatever happens on the way', () => {
  let undisturbed: Play;
  beforeAll(async () => {
    await buildChannel(join(folder.path, 'first'), first, { forms: ['json'] });
    await buildChannel(join(folder.path, 'second'), second, { patches, forms: ['json'] });
    for (const name of ['first', 'second']) await buildSampleIndex(join(folder.path, name));
    undisturbed = await play();
  });

  it('the end is what two syncs come to', async () => {
    const cloud = smallCloud(solver);
    const local = localSync(cloud);
    await local.sync(JSON.stringify(allowlist('first', ['app', 'old', 'gone'])));
    cloud.now += day;
    const hotfixes = new Map([[linux, parsePatchInstructions(JSON.stringify(ownHotfixes), 'patches')]]);
    await local.sync(JSON.stringify(allowlist('second', ['app', 'old'], { forms })), hotfixes);
    expectSame(undisturbed.cloud, local);
    expect(await damage(undisturbed.cloud)).toEqual([]);
    const text =
      textsBelow(undisturbed.cloud.bucket, 'conda/linux-64/repodata.json')['conda/linux-64/repodata.json'] ?? '';
    const { packages, 'packages.conda': conda, removed } = JSON.parse(text);
    expect(Object.keys({ ...packages, ...conda }).sort()).toEqual([
      'app-1.0-0.conda',
      'extra-1.0-0.conda',
      'lib-1.2+x-0.conda',
      'old-1.0-0.conda',
      'old-1.0-0.tar.bz2',
    ]);
    expect(conda['app-1.0-0.conda'].depends).toEqual(['lib >=1.1', 'extra']);
    expect(conda['lib-1.2+x-0.conda'].constrains).toEqual(['gone <1']);
    expect(removed).toEqual(['gone-1.0-0.conda', 'gone-too-1.0-0.conda', 'lib-1.0-0.conda']);
    const page = (project: string) => {
      const key = `simple/${project}/index.json`;
      return JSON.parse(textsBelow(undisturbed.cloud.bucket, key)[key] ?? '').files.length;
    };
    expect(['campus-quiz', 'campus-text', 'campus-graphs'].map(page)).toEqual([1, 1, 0]);
    for (const file of forms) expect(undisturbed.served).toHaveProperty([`conda/osx-64/${file}`]);
  });

  it.each([1, 2, 3, 4, 5, 6])('messages come twice and in any order (seed %i)', async (seed) => {
    const { cloud, served } = await play({ random: seededRandom(seed), duplicates: 0.2, batchSize });
    expect(cloud.dead).toEqual([]);
    expect(served).toEqual(undisturbed.served);
    expect(await damage(cloud)).toEqual([]);
  });

  it('an invocation is cut off at any effect: its messages come again, and the end is the same', async () => {
    const { effects } = undisturbed.cloud;
    expect(effects).toBeGreaterThan(200);
    const crashes = seededRandom(7);
    let [cut, around, isCalm] = [0, 0, false];
    const crash = () => {
      const now = !isCalm && crashes() < 0.01;
      if (now) cut += 1;
      return now;
    };
    for (let seed = 1; seed <= 40; seed++) {
      isCalm = false;
      const { cloud, served } = await play({
        random: seededRandom(seed),
        duplicates: 0.1,
        batchSize,
        maxReceives,
        crash,
      });
      isCalm = true;
      expect({ seed, dead: cloud.dead }).toEqual({ seed, dead: [] });
      if (!isDeepStrictEqual(served, undisturbed.served)) {
        around += 1;
        expect({ seed, served, wentAround: wentAround(cloud) }).toEqual({ seed, served, wentAround: true });
        await cloud.schedule('next week');
        await cloud.run();
        expect({ seed, lists: lists(cloud) }).toEqual({ seed, lists: lists(undisturbed.cloud) });
      }
      expect({ seed, damage: await damage(cloud) }).toEqual({ seed, damage: [] });
    }
    expect(cut).toBeGreaterThan(300);
    expect(around).toBeLessThan(5);
  });
});

/** Whether a run may have gone on without a file, whose job was cut off twice in a row: the next run brings it. */
const wentAround = ({ bucket }: SmallCloud): boolean =>
  Object.values(textsBelow(bucket, '_gatehouse/runs/failed/')).some((text) => text.includes('"givenUp":true'));

const listedSchema = z.looseObject({
  packages: z.record(z.string(), z.unknown()).default({}),
  'packages.conda': z.record(z.string(), z.unknown()).default({}),
  files: z.array(z.looseObject({ filename: z.string() })).default([]),
});

/** The files that conda and pip are told of: what never came has left no trace, and what came later another date. */
const lists = ({ bucket }: SmallCloud) =>
  Object.entries({ ...textsBelow(bucket, 'conda/'), ...textsBelow(bucket, 'simple/') })
    .filter(([key]) => /\/(?:repodata|index)\.json$/.test(key))
    .flatMap(([key, text]) => {
      const { packages, files, ...more } = parseJson(text, listedSchema, key);
      const names = [...Object.keys({ ...packages, ...more['packages.conda'] }), ...files.map((one) => one.filename)];
      return names.map((name) => `${key} ${name}`);
    });
