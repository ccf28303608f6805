import { describe, expect, it } from 'vitest';
import { draftSimple } from '../../../core/diff/draft-simple.ts';
import type { FileProvenance } from '../../../core/documents/simple/file-provenance.ts';
import { decide, simpleScene } from '../../support/simple/simple-scene.ts';

const day = 24 * 60 * 60 * 1000;
const wheel = 'demo-1.0-py3-none-any.whl';

const index = { type: 'index', index: 'https://pypi.test/simple', url: 'https://pypi.test/x' } as const;

/** What becomes of a listed file that no entry needs any more, by where it came from. */
async function drafted(origin: FileProvenance['origin'], why: readonly string[]) {
  const { store, mirror, index } = simpleScene();
  const { name } = await mirror(wheel, {}, { origin });
  await decide(store, name, () => ({ why: [...why] }));
  await index();
  const claims = { covers: (id: string) => id !== 'gone', solved: () => true };
  const world = { store, now: 1000 * day, retain: 90 * day, claims, complete: true, entries: [], reserved: [] };
  const asked: string[] = [];
  const upstreamFile = async (project: string) => {
    asked.push(project);
    return null;
  };
  const { simple } = await draftSimple({ files: [], outcomes: [] }, { ...world, upstreamFile });
  return { ...simple, asked };
}

describe('a file for pip that the plan does without', () => {
  it("is asked after upstream while an entry keeps it, unless it is the organisation's own", async () => {
    expect((await drafted(index, ['kept'])).asked).toEqual(['demo']);
    expect((await drafted({ type: 'copied' }, ['kept'])).asked).toEqual([]);
  });

  it('leaves with the last entry that needed it where it came of an index', async () => {
    for (const why of [['gone'], []]) expect((await drafted(index, why)).drop).toEqual([`simple/demo/${wheel}`]);
  });

  it('stays for ever where it was published or copied in, whoever came to need it', async () => {
    for (const origin of [{ type: 'copied' }, { type: 'published', by: null }] as const) {
      for (const why of [['gone'], []]) {
        expect(await drafted(origin, why)).toMatchObject({
          ...{ drop: [], change: [], decisions: {}, alterations: {} },
          asked: [],
        });
      }
    }
  });
});
