import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberRules } from '../../../core/archive/member-rules.ts';
import { defaultLimits } from '../../../core/archive/read-limits.ts';
import { walkTar } from '../../../core/archive/tar.ts';
import { buildTar, endBlocks, paxHeader, type RawMember, rawMember } from '../../support/archives/build-tar.ts';
import { listTar } from '../../support/archives/list-archive.ts';
import { oddTars, refusedTars, soundTars } from '../../support/archives/tar-vectors.ts';
import { inSlices, refusalOf } from '../../support/packages/refusal.ts';

describe('walkTar', () => {
  it.each(refusedTars)('refuses %s', async (_, tar, code) => {
    expect(await refusalOf(listTar(tar))).toBe(code);
  });

  it.each(oddTars)('reads and reports %s', async (_, tar, codes) => {
    expect((await listTar(tar)).odd).toEqual(codes);
  });

  it.each(soundTars)('reads %s', async (_, tar, facts) => {
    const { members, odd: found } = await listTar(tar);
    expect(members).toMatchObject([facts]);
    expect(found).toEqual([]);
  });

  it('holds the number and the names of members to the limits', async () => {
    const tar = buildTar({ name: 'abc' }, { name: 'def' });
    expect(await refusalOf(listTar(tar, 1000, { ...defaultLimits, entries: 1 }))).toBe('A13.entries');
    expect(await refusalOf(listTar(tar, 1000, { ...defaultLimits, nameBytes: 5 }))).toBe('A13.names');
  });

  it('skips what its reader leaves of a body', async () => {
    const tar = buildTar({ name: 'a', data: 'x'.repeat(5000) }, { name: 'b', data: 'y'.repeat(600) }, { name: 'c' });
    const seen: string[] = [];
    for await (const { path, body } of walkTar(
      inSlices(tar, 700),
      memberRules(defaultLimits, () => {}),
    )) {
      seen.push(path);
      if (path === 'a') for await (const _ of body) break;
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('stops its input when its reader stops', async () => {
    let stopped = false;
    const endless = async function* () {
      try {
        yield rawMember({ name: 'a' });
        for (;;) yield new Uint8Array(512);
      } finally {
        stopped = true;
      }
    };
    for await (const _ of walkTar(
      endless(),
      memberRules(defaultLimits, () => {}),
    ))
      break;
    expect(stopped).toBe(true);
  });
});

const part = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .map((text) => text.normalize('NFC').replace(/[\p{Cc}/\\:]|^\.\.?$/gu, '_'))
  .filter((text) => text.isWellFormed() && text.normalize('NFC') === text);
const path = fc
  .array(part, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'))
  .filter((name) => Buffer.byteLength(name) < 1024 && !name.toLowerCase().startsWith('conda-meta'));
const member = fc.record({ path, content: fc.string({ unit: 'binary-ascii', maxLength: 1500 }) });
const members = fc.uniqueArray(member, { selector: (made) => made.path, maxLength: 6 });
const written = (made: readonly { path: string; content: string }[]): RawMember[] =>
  made.flatMap(({ path: name, content }) => [paxHeader({ path: name }), { name: 'x', data: content }]);

describe('laws of walkTar', () => {
  it('reads what was written, whatever the slices', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.integer({ min: 1, max: 3000 }), async (made, size) => {
        const read = await listTar(buildTar(...written(made)), size);
        expect(read.members.map(({ path: name, content }) => ({ path: name, content }))).toEqual(made);
      }),
      { numRuns: 60 },
    );
  });

  it('accepts only names that are their own normal form', async () => {
    const awkward = fc.array(
      fc.constantFrom('a', '.', '..', '/', '//', '\\', 'C:', 'é', 'e\u0301', '\0', '\n', 'conda-meta'),
    );
    await fc.assert(
      fc.asyncProperty(awkward, fc.constantFrom('0', '5'), async (pieces, type) => {
        const name = pieces.join('');
        const read = await listTar(buildTar(paxHeader({ path: name }), { name: 'x', type })).catch(() => null);
        for (const { path: accepted } of read?.members ?? []) {
          expect(accepted.normalize('NFC')).toBe(accepted);
          expect(posix.normalize(accepted)).toBe(accepted);
          expect(accepted).not.toMatch(/^\/|^\.\.(\/|$)|\/$/);
          expect(accepted).not.toMatch(/[\\\p{Cc}]/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses every truncation', async () => {
    const tar = Buffer.concat([...written([{ path: 'a/b', content: 'x'.repeat(700) }]).map(rawMember), endBlocks]);
    for (let length = 0; length < tar.length; length += 37) {
      expect(await refusalOf(listTar(tar.subarray(0, length)))).toMatch(/^A8\.truncated$/);
    }
  });

  it('never takes one flipped byte of a header for another member', async () => {
    const tar = buildTar({ name: 'lib/a', data: 'x' }, { name: 'b', type: '2', linkName: 'lib/a' });
    const truth = (await listTar(tar)).members;
    const headers = [0, 1024];
    const flip = fc.record({
      header: fc.constantFrom(...headers),
      at: fc.nat(511),
      by: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(flip, async ({ header, at, by }) => {
        const flipped = Buffer.from(tar);
        flipped[header + at] = (flipped[header + at] ?? 0) ^ by;
        const read = await listTar(flipped).catch(() => null);
        if (read !== null) expect(read.members).toEqual(truth);
      }),
      { numRuns: 1000 },
    );
  });
});
