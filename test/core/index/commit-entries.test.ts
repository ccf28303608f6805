import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EntryChange } from '../../../core/index/check-package.ts';
import { mergeEntries, showsChange, spliceSection, splitEntries } from '../../../core/index/commit-entries.ts';
import { stateSource } from '../../../core/index/state-source.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { aLine, readable, someLines } from '../../support/index/index-lines.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const subdir = subdirSchema.parse('noarch');

function apply(model: Map<string, IndexEntry>, wanted: readonly EntryChange[]): void {
  for (const { filename, entry } of wanted) {
    if (entry === null) model.delete(filename);
    else model.set(filename, entry);
  }
}

const changes = fc.uniqueArray(
  aLine.chain((line) => fc.constantFrom(line, null).map((kept) => ({ filename: line.filename, entry: kept }))),
  { selector: ({ filename }) => filename, maxLength: 10 },
);

it('merging does what a map would', () => {
  fc.assert(
    fc.property(someLines, changes, (lines, wanted) => {
      const model = new Map(lines.map((line) => [line.filename, line]));
      apply(model, wanted);
      const names = [...model.keys()].sort();
      expect(mergeEntries(lines, wanted).entries.map(readable)).toEqual(
        names.map((name) => readable(model.get(name) ?? expect.unreachable())),
      );
    }),
  );
});

it('what is not shown is not said to change: ETags, sizes, problems', () => {
  const at = (line: IndexEntry, more: Partial<IndexEntry>) => ({ ...line, ...more });
  fc.assert(
    fc.property(aLine, (line) => {
      expect(showsChange(line, at(line, { etag: 'other', size: 7 }))).toBe(false);
      expect(showsChange(at(line, { kind: 'problem' }), null)).toBe(false);
      expect(showsChange(at(line, { kind: 'listed' }), at(line, { kind: 'withdrawn' }))).toBe(true);
      expect(showsChange(at(line, { kind: 'listed' }), null)).toBe(true);
      // A withdrawn line's, too: repodata_from_packages.json shows what a hotfix of ours took out.
      for (const kind of ['listed', 'withdrawn'] as const) {
        const changed = showsChange(at(line, { kind }), at(line, { kind, facts: Buffer.from('{"x":1}') }));
        expect(changed).toBe(Buffer.from(line.facts).toString() !== '{"x":1}');
      }
    }),
  );
});

it('segments are cut at 2,000 lines, keep all of them, and none is empty', () => {
  const [line] = fc.sample(aLine, 1);
  if (line === undefined) return expect.unreachable();
  for (const length of [0, 1, 1999, 2000, 2001, 5000, 12_345]) {
    const pieces = splitEntries(new Array<IndexEntry>(length).fill(line));
    expect(pieces.flat()).toHaveLength(length);
    expect(pieces.every((piece) => piece.length > 0 && piece.length <= 2000)).toBe(true);
  }
});

it('splicing any changes one after the other gives the lines that a map would, wherever segments were cut', async () => {
  const only = (lines: readonly { filename: string }[]) => lines.filter(({ filename }) => filename.endsWith('.conda'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes, { maxLength: 6 }),
      fc.array(someLines, { maxLength: 3 }),
      async (steps, first) => {
        const place = { store: memoryStore(), channel: 'conda', subdir } as const;
        const model = new Map<string, IndexEntry>();
        let segments = (await spliceSection(place, [], [])).segments;
        const all = [
          ...first.map((lines) => lines.map((line) => ({ filename: line.filename, entry: line }))),
          ...steps,
        ];
        for (const step of all) {
          const wanted = step.filter(({ filename }) => filename.endsWith('.conda'));
          wanted.sort((a, b) => (a.filename < b.filename ? -1 : 1));
          apply(model, wanted);
          ({ segments } = await spliceSection(place, segments, wanted));
        }
        const root = { version: 1, revision: 1, generation: 1, control: null } as const;
        const source = stateSource(place, { ...root, sections: { packages: [], 'packages.conda': [...segments] } });
        const found: IndexEntry[] = [];
        for await (const entries of source.entries('packages.conda')) found.push(...entries);
        const names = [...model.keys()].sort();
        expect(only(found)).toHaveLength(found.length);
        expect(found.map(readable)).toEqual(names.map((name) => readable(model.get(name) ?? expect.unreachable())));
      },
    ),
    { numRuns: 50 },
  );
});
