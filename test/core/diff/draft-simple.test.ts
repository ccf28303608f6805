import { describe, expect, it } from 'vitest';
import { draftSimple } from '../../../core/diff/draft-simple.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { thisStore } from '../../../core/documents/published/this-store.ts';
import type { FileProvenance } from '../../../core/documents/simple/file-provenance.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { decide, simpleScene } from '../../support/simple/simple-scene.ts';

const day = 24 * 60 * 60 * 1000;
const wheel = 'demo-1.0-py3-none-any.whl';

const index = { type: 'index', index: 'https://pypi.test/simple', url: 'https://pypi.test/x' } as const;

interface Named {
  /** The wheel that an entry names by its hash. */
  readonly named?: 'this' | 'another';
  /** Whether that other one is there. */
  readonly isPublished?: boolean;
}

/** What becomes of a listed file that no entry needs any more, by where it came from. */
async function drafted(
  origin: FileProvenance['origin'],
  why: readonly string[],
  { named, isPublished = false }: Named = {},
) {
  const { store, mirror, index } = simpleScene();
  const { name, provenance } = await mirror(wheel, {}, { origin });
  await decide(store, name, () => ({ why: [...why] }));
  await index();
  const claims = { covers: (id: string) => id !== 'gone', solved: () => true };
  const sha256 = named === 'this' ? provenance.sha256 : sha256Of(new Uint8Array());
  const packages = [{ pypi: 'demo ==1.0', ...(named && { wheel: `sha256:${sha256}` }) }];
  const written = { channels: ['https://channel.test'], platforms: ['linux-64'], packages };
  const { entries } = acceptAllowlist(Buffer.from(JSON.stringify(written)), 'allowlist.json');
  const world = { store, now: 1000 * day, retain: 90 * day, claims, complete: true, entries, reserved: [] };
  const asked: string[] = [];
  const upstreamFile = async (project: string) => {
    asked.push(project);
    return null;
  };
  const there = { fileName: distributionFileNameSchema.parse('demo-0.9-py3-none-any.whl'), sha256, index: thisStore };
  const { project } = name;
  const file = { ...there, project, release: '0.9', url: 'x', size: 1, uploadTime: null, why: ['pypi:demo'] };
  const files = isPublished ? [file] : [];
  const { simple } = await draftSimple({ files, outcomes: [] }, { ...world, upstreamFile });
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

  it('leaves as soon as another wheel is there that an entry names by its hash', async () => {
    const published = { named: 'another', isPublished: true } as const;
    expect((await drafted(index, ['kept'], published)).drop).toEqual([`simple/demo/${wheel}`]);
    expect((await drafted(index, ['kept'], { named: 'another' })).drop).toEqual([]);
    expect((await drafted(index, ['kept'], { named: 'this' })).drop).toEqual([]);
    expect((await drafted({ type: 'copied' }, ['kept'], published)).drop).toEqual([]);
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
