import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changedSince } from '../../../core/index/changed-names.ts';
import { stateSource } from '../../../core/index/state-source.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { sections } from '../../../core/outputs/entries/entry-source.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { buildShards } from '../../../core/outputs/shards/build-shards.ts';
import { cutState } from '../../support/index/cut-states.ts';
import { allOf } from '../../support/index/form-source.ts';
import { someLines } from '../../support/index/index-lines.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const place = { store: memoryStore(), channel: 'conda', subdir: noarch } as const;

const rootOf = (...what: [readonly IndexEntry[], readonly number[]]) => cutState(place, ...what);

const shardsOf = async (...args: Parameters<typeof buildShards>) =>
  new Map((await allOf(buildShards(...args))).map(({ name, sha256 }) => [name, sha256]));

it('tells what changed, with all it takes to make those shards anew', async () => {
  const cuts = fc.array(fc.nat(15), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      someLines,
      cuts,
      fc.func(fc.boolean()),
      someLines,
      cuts,
      async (lines, some, stays, more, others) => {
        const kept = lines.filter(({ filename }) => stays(filename));
        const names = new Set(kept.map(({ filename }) => filename));
        const later = [...kept, ...more.filter(({ filename }) => !names.has(filename))];
        later.sort((a, b) => (a.filename < b.filename ? -1 : 1));
        const [before, after] = [await rootOf(lines, some), await rootOf(later, others)];
        const change = await changedSince(place, before, after);
        if (change === null) throw new Error('few segments');
        const unchanged = [...(await shardsOf(stateSource(place, before)))].filter(([name]) => !change.names.has(name));
        const made = await shardsOf(change.source, change.names);
        expect(new Map([...unchanged, ...made])).toEqual(await shardsOf(stateSource(place, after)));
      },
    ),
  );
});

it('reads no segment that cannot hold a changed name', async () => {
  const line = (filename: string): IndexEntry => ({
    filename: filename as IndexEntry['filename'],
    etag: 'x',
    size: 1,
    kind: 'listed',
    record: Buffer.from('{}'),
    runExports: Buffer.from('{}'),
    facts: Buffer.from('{}'),
  });
  const lines = ['a-1-0.conda', 'b-1-0.conda', 'b-2-0.conda', 'c-1-0.conda', 'd-1-0.conda', 'b-1-0.tar.bz2'].map(line);
  const before = await rootOf(lines, [1, 2, 3, 4]);
  const after = await rootOf([...lines.slice(0, 2), line('b-1-1.conda'), ...lines.slice(2)], [1, 3, 4, 5]);
  const change = await changedSince(place, before, after);
  if (change === null) throw new Error('few segments');
  const read = await Promise.all(sections.map((section) => allOf(change.source.entries(section))));
  expect(read.flat(2).map(({ filename }) => filename)).toEqual([
    'b-1-0.tar.bz2',
    // It goes up to b-1-0.conda, and might hold a b-0.
    'a-1-0.conda',
    'b-1-0.conda',
    'b-1-1.conda',
    'b-2-0.conda',
  ]);
});
