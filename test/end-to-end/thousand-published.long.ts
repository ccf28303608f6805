import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../core/names/digest.ts';
import { indexProjects } from '../../core/steps/index-projects.ts';
import { publishFiles, publishPairs, publishWorld } from '../support/publish/publish-scene.ts';
import { buildWheel, type RawWheel } from '../support/python/build-wheel.ts';
import { serveForTest } from '../support/served/served-stores.ts';
import { seenInJson } from '../support/simple/read-pages.ts';

const json = { accept: 'application/vnd.pypi.simple.v1+json' };

describe('a thousand wheels, one in five of which has no METADATA that is its own', () => {
  const lacking: readonly Partial<RawWheel>[] = [
    { info: { METADATA: null, WHEEL: null, RECORD: null } },
    { files: { 'acme.py': '', 'other-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: other\nVersion: 1.0\n' } },
  ];
  const wheels = Array.from({ length: 1000 }, (_, nth) => {
    const fileName = `acme_${nth % 7}-0.${nth}-py3-none-any.whl`;
    const metadata = `Requires-Python: >=3.${nth % 13}\nSummary: number ${nth}, ünïcode\n`;
    const isSound = nth % 5 !== 0;
    const bytes = buildWheel({ fileName, metadata, ...(isSound ? {} : lacking[(nth / 5) % 2]) });
    return { fileName, bytes, isSound };
  });
  const projects = [...new Set(wheels.map(({ fileName }) => fileName.replace(/-.*/, '').replace('_', '-')))];

  it('are refused where they lack it, and of the others the page names the METADATA that is stored', async () => {
    const world = publishWorld({ allowlistText: { python: ['3.13'] } });
    const { store } = world;
    const [sound, faulty] = [true, false].map((wanted) => wheels.filter(({ isSound }) => isSound === wanted));
    for (const { fileName, bytes } of faulty ?? []) {
      expect((await publishFiles({ [fileName]: bytes }, world)).problems).toMatchObject([{ subject: fileName }]);
    }
    const pairs = sound?.map(({ fileName, bytes }) => [fileName, bytes] as const) ?? [];
    expect((await publishPairs(pairs, world)).problems).toEqual([]);
    const { projects: indexed } = await indexProjects('all', world);
    expect(indexed.flatMap(({ problems }) => problems)).toEqual([]);
    const url = await serveForTest({ store });
    const listed = (await Promise.all(projects.map((project) => listedBy(url, project)))).flat();
    expect(new Map(listed)).toEqual(new Map(pairs.map(([fileName, bytes]) => [fileName, sha256Of(bytes)])));
    expect([...store.objects.keys()].filter((key) => key.endsWith('.metadata'))).toHaveLength(pairs.length);
  });

  /** Each file that a page names and its sha256, once it and its METADATA came as the page says. */
  async function listedBy(url: string, project: string): Promise<[string, string][]> {
    const at = `${url}/simple/${project}/`;
    const files = seenInJson(await (await fetch(at, { headers: json })).text(), project);
    for (const { fileName, sha256, metadata } of files) {
      const beside = await bytesAt(`${at}${fileName}.metadata`);
      expect([sha256Of(await bytesAt(at + fileName)), sha256Of(beside)]).toEqual([sha256, metadata]);
      expect(Buffer.from(beside).toString()).toContain(`Version: ${fileName.split('-')[1]}\n`);
    }
    return files.map(({ fileName, sha256 }) => [fileName, sha256]);
  }

  const bytesAt = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
});
