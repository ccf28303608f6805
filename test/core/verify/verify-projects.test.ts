import { describe, expect, it } from 'vitest';
import {
  fileProvenanceKey,
  projectControlKey,
  projectPageKey,
  rootPageKey,
  simpleFileKey,
  simpleMetadataKey,
} from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import {
  decide,
  project,
  publishNoted,
  type SimpleScene,
  simpleScene,
  verifySimple,
} from '../../support/simple/simple-scene.ts';
import { bytes, key } from '../../support/store/objects.ts';

const one = 'demo-1.0-py3-none-any.whl';
const demo = project('demo');

async function scene() {
  const made = simpleScene();
  const [first] = [await made.mirror(one), await made.mirror('demo-2.0-py3-none-any.whl')];
  await made.mirror('other-1.0-py3-none-any.whl');
  await made.index();
  const where = first.name.fileName;
  return {
    ...made,
    first,
    file: simpleFileKey(demo, where),
    metadata: simpleMetadataKey(demo, where),
    provenance: fileProvenanceKey(demo, where, first.provenance.sha256),
  };
}

const damage = async ({ store }: SimpleScene) =>
  (await verifySimple(store)).problems.map((problem) => `${problem.code} ${problem.key}`);

describe('the pip index is verified', () => {
  it('and nothing is wrong with what was indexed, or with nothing', async () => {
    const { store } = await scene();
    // Three wheels, their metadata, the pages of two projects and of all.
    expect(await verifySimple(store)).toEqual({ checked: 12, problems: [] });
    expect(await verifySimple(simpleScene().store)).toEqual({ checked: 0, problems: [] });
  });

  it('to the last byte of a wheel, whatever is noted beside it', async () => {
    const made = await scene();
    const noted = made.store.objects.get(made.file)?.metadata ?? {};
    await made.store.delete(made.file);
    await using staged = await made.store.stage();
    await staged.write(new Uint8Array(made.first.bytes).fill(1, -1));
    await staged.publish(made.file, noted);
    expect(await damage(made)).toEqual([`verify.bytes ${made.file}`]);
  });

  it('with the metadata beside a wheel held against the one in it', async () => {
    const made = await scene();
    await made.store.put(made.metadata, bytes('Name: demo\n'));
    expect(await damage(made)).toEqual([`verify.metadata ${made.metadata}`]);
    await made.store.delete(made.metadata);
    expect(await damage(made)).toEqual([`verify.metadata ${made.metadata}`]);
  });

  it('also where provenance and metadata agree with each other and not with the wheel', async () => {
    const made = simpleScene();
    const other = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: more\n';
    const { name } = await made.mirror(one);
    const lying = simpleScene();
    await lying.store.put(simpleMetadataKey(demo, name.fileName), bytes(other));
    await lying.mirror(one, {}, { metadataSha256: sha256Of(other) });
    await lying.index();
    expect(await damage(lying)).toEqual([`verify.metadata simple/demo/${one}.metadata`]);
  });

  it('with wheels that are no wheels, that nobody knows, and with damaged provenance and control', async () => {
    const made = await scene();
    await made.store.put(made.provenance, bytes('{}'));
    expect(await damage(made)).toEqual([`verify.provenance ${made.provenance}`]);
    await made.store.delete(made.provenance);
    expect(await damage(made)).toEqual([`verify.unknown ${made.file}`]);
    await made.store.put(projectControlKey(project('other')), bytes('[]'));
    expect(await damage(made)).toEqual([
      `verify.unknown ${made.file}`,
      `verify.control ${projectControlKey(project('other'))}`,
    ]);
    await publishNoted(made.store, key('simple/other/notes.txt'), bytes('x'));
    await publishNoted(made.store, key('simple/notes.txt'), bytes('x'));
    expect(await damage(made)).toContain('verify.stray simple/notes.txt');
  });

  it('with what pages list held against control and store', async () => {
    const made = await scene();
    await decide(made.store, made.first.name, (decision) => ({
      ...decision,
      withdrawn: { at: 1, reason: 'recalled' },
    }));
    expect(await damage(made)).toEqual([`verify.withdrawn ${made.file}`]);
    await made.index();
    await decide(made.store, made.first.name, ({ withdrawn: _, ...decision }) => decision);
    expect(await damage(made)).toEqual([`verify.unindexed ${made.file}`]);
    await made.index();
    await made.store.delete(made.file);
    expect(await damage(made)).toEqual([`verify.missing ${made.file}`]);
    await made.index();
    expect(await damage(made)).toEqual([]);
  });

  it.each([
    [
      'a yank that came',
      async ({ store, first }: Awaited<ReturnType<typeof scene>>) => {
        await decide(store, first.name, (decision) => ({ ...decision, yanked: true }));
        return [projectPageKey(demo, 'index.json'), projectPageKey(demo, 'index.html')];
      },
    ],
    [
      'a page in HTML that was edited',
      async ({ store }: Awaited<ReturnType<typeof scene>>) => {
        await store.put(projectPageKey(demo, 'index.html'), bytes('<a href="x">x</a>'));
        return [projectPageKey(demo, 'index.html')];
      },
    ],
    [
      'a page in JSON that is none',
      async ({ store }: Awaited<ReturnType<typeof scene>>) => {
        await store.put(projectPageKey(demo, 'index.json'), bytes('{'));
        return [projectPageKey(demo, 'index.json')];
      },
    ],
    [
      'a list of projects with one more',
      async ({ store }: Awaited<ReturnType<typeof scene>>) => {
        await store.put(rootPageKey('index.json'), bytes('{"projects":[]}'));
        return [rootPageKey('index.json')];
      },
    ],
  ])('with the bytes of both forms: %s', async (_, change) => {
    const made = await scene();
    const wrong = await change(made);
    expect(await damage(made)).toEqual(wrong.map((page) => `verify.index-form ${page}`));
    await made.index();
    expect(await damage(made)).toEqual([]);
  });

  it('with pages that are not there', async () => {
    const made = await scene();
    await made.store.delete(projectPageKey(demo, 'index.html'));
    await made.store.delete(rootPageKey('index.json'));
    expect(await damage(made)).toEqual([
      `verify.index-missing ${projectPageKey(demo, 'index.html')}`,
      `verify.index-missing ${rootPageKey('index.json')}`,
    ]);
  });
});
