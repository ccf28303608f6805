import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Override } from '../../../core/documents/control.ts';
import { optionalIndexFiles } from '../../../core/layout/index-files.ts';
import { outputs, unaskedOutputKeys } from '../../../core/outputs/outputs.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index/index-scene.ts';
import { a, all, b, c, damage, generations, keyOf, run, shards } from '../../support/index/option-forms-scene.ts';
import { textOf } from '../../support/store/objects.ts';

describe('the option forms', () => {
  it('are those of the table, and those not asked for are named for whoever deletes them', () => {
    const options = outputs.filter(({ written, cache }) => written === 'option' && cache !== 'for ever');
    expect(options.map(({ file }) => file).sort()).toEqual([...optionalIndexFiles].sort());
    expect(unaskedOutputKeys({ channel: 'conda', subdir }, all)).toEqual([]);
    expect(unaskedOutputKeys({ channel: 'conda', subdir }, shards)).toEqual([
      keyOf('repodata.json.bz2'),
      keyOf('repodata_from_packages.json'),
    ]);
  });

  it('are not written when nobody asks', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene, new Set());
    expect(generations(scene)).toEqual([undefined, undefined, undefined]);
    expect(await damage(scene)).toEqual([]);
    expect(await damage(scene, all)).toEqual(optionalIndexFiles.map((file) => `verify.index-missing ${keyOf(file)}`));
  });

  it('are written when asked for, shards before their index before the rest, and once', async () => {
    const scene = indexScene();
    for (const name of [a, b, c]) await scene.copy(name);
    await run(scene, all);
    const written = scene.writes().filter((key) => key.startsWith('conda/') && !/\.(conda|tar\.bz2)$/.test(key));
    expect(written.slice(0, 2).every((key) => key.includes('/shards/'))).toBe(true);
    expect(written.slice(2).map((key) => key.slice('conda/linux-64/'.length))).toEqual([
      'repodata_shards.msgpack.zst',
      'repodata.json.zst',
      'repodata.json',
      'current_repodata.json',
      'run_exports.json',
      'repodata_from_packages.json',
      'repodata.json.bz2',
    ]);
    expect(await damage(scene, all)).toEqual([]);
    expect(await run(scene, all)).toMatchObject({ changed: false });
    expect(scene.writes()).toEqual([]);
  });

  it('appear beside an index that has not changed', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene, new Set());
    expect(await run(scene, all)).toMatchObject({ generation: 1, changed: true });
    expect(await damage(scene, all)).toEqual([]);
  });

  it('never go stale, though nobody asks for them any more', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene, all);
    await scene.copy(b);
    await run(scene, new Set());
    expect(generations(scene)).toEqual(optionalIndexFiles.map(() => ({ generation: '2' })));
    expect(await damage(scene)).toEqual([]);
  });

  it('that someone else put there are replaced by ours', async () => {
    const scene = indexScene();
    await scene.copy(a);
    for (const file of optionalIndexFiles) await scene.store.put(keyOf(file), Buffer.from('not ours'));
    await run(scene, new Set());
    expect(await damage(scene)).toEqual([]);
  });

  it('that cannot be made here are named, when they are asked for and when they are there, and all others are made', async () => {
    const scene = indexScene();
    await scene.copy(a);
    const problems = async (asked?: typeof all) =>
      (await indexSubdir(subdir, { ...scene.world, ...(asked && { asked }) })).problems;
    const named = [expect.objectContaining({ code: 'index.form', subject: keyOf('repodata.json.bz2') })];
    expect(await problems(all)).toEqual(named);
    expect(await damage(scene)).toEqual([]);
    expect(await problems()).toEqual([]);
    await run(scene, all);
    expect(await problems()).toEqual(named);
  });
});

describe('what a hotfix of ours takes out', () => {
  it('stays in repodata_from_packages.json, and changes there when upstream changes it', async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene, all);
    const key = keyOf('repodata_from_packages.json');
    const record = recordSchema.parse({ name: 'b', version: '1', build: '0', build_number: 0, license: 'new' });
    for (const more of [{}, { record }]) {
      await scene.decide({ [b]: { hotfix: { removed: true }, ...more } });
      await run(scene, all);
      expect(await scene.repodata()).toContain(`"removed":["${b}"]`);
      expect(await textOf(await scene.store.get(key))).toContain(`"${b}":{`);
      expect(await damage(scene)).toEqual([]);
    }
    expect(await textOf(await scene.store.get(key))).toContain('"license":"new"');
  });
});

type Act = Override | 'copy' | 'remove';

/** What is there, and what control says of it. */
interface Content {
  readonly there: Set<string>;
  readonly decisions: Record<string, Override>;
}

async function happen(scene: IndexScene, { there, decisions }: Content, [name, act]: readonly [string, Act, boolean]) {
  if (act === 'copy') {
    there.add(name);
    await scene.copy(name);
  } else if (act === 'remove') {
    there.delete(name);
    await scene.remove(name);
  } else await scene.decide(Object.assign(decisions, { [name]: act }));
}

it('any order of updates, whoever asked for what meanwhile, gives the bytes of one run over what there is', async () => {
  const cheap = new Set(optionalIndexFiles.filter((file) => !file.endsWith('.bz2')));
  const hotfixes = [{ removed: true }, { revoked: true }, { set: { license: 'X' } }] as const;
  const acts = ['copy', 'remove', {}, ...hotfixes.map((hotfix) => ({ hotfix }))] satisfies Act[];
  const pool = ['a-1-0.conda', 'a-1-0.tar.bz2', 'ab-2-0.conda', 'b-1-0.tar.bz2', 'c-1-0.conda'];
  const step = fc.tuple(fc.constantFrom(...pool), fc.constantFrom<Act>(...acts), fc.boolean());
  const shown = ({ store }: IndexScene) => [...cheap].map((file) => store.objects.get(keyOf(file))?.bytes);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const scene = indexScene();
      const content: Content = { there: new Set(), decisions: {} };
      for (const each of steps) {
        await happen(scene, content, each);
        await run(scene, each[2] ? cheap : new Set());
      }
      await run(scene, cheap);
      expect(await damage(scene)).toEqual([]);
      const fresh = indexScene();
      for (const name of content.there) await fresh.copy(name);
      await fresh.decide(content.decisions);
      await run(fresh, cheap);
      expect(shown(fresh)).toEqual(shown(scene));
    }),
    { numRuns: 40 },
  );
});
