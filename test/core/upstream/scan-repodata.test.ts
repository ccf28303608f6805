import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, bytesSource } from '../../../core/ports/byte-source.ts';
import { readMembers } from '../../../core/upstream/read-members.ts';
import { type RepodataMap, startRepodataScan } from '../../../core/upstream/scan-repodata.ts';
import { anyValue, cutUp, keyText, noise, spell } from './spelled-json.ts';

function scan(chunks: readonly Uint8Array[]): RepodataMap {
  const scanning = startRepodataScan('the document');
  for (const chunk of chunks) scanning.push(chunk);
  return scanning.finish();
}

const part = fc.stringMatching(/^[a-z0-9_.]{1,5}$/);
const fileName = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('a', 'ab', 'a-b', 'b-c', '../a', '..\\a', 'A', 'é'),
      part,
      part,
      fc.constantFrom('.conda', '.tar.bz2'),
    )
    .map(([name, version, build, format]) => `${name}-${version}-${build}${format}`),
  keyText,
);
const record = fc.oneof(
  fc.record({ name: part, depends: fc.array(part), size: fc.nat(), note: anyValue }, { requiredKeys: [] }),
  anyValue,
);
const section = fc.dictionary(fileName, record, { maxKeys: 12 });
const repodata = fc
  .record(
    {
      info: fc.dictionary(part, anyValue, { maxKeys: 3 }),
      packages: section,
      'packages.conda': section,
      removed: fc.array(part),
      repodata_version: fc.constantFrom(1, 2),
      signatures: section,
      later: anyValue,
    },
    { requiredKeys: ['info'] },
  )
  .chain((document) => fc.shuffledSubarray(Object.entries(document), { minLength: Object.keys(document).length }))
  .map((members) => Object.fromEntries(members));

const spelled = fc
  .tuple(repodata, noise)
  .map(([document, choose]) => ({ document, bytes: Buffer.from(spell(document, choose)) }));

/** The rule of the format, said another way than the scanner says it. */
const nameOf = (file: string) => file.split('-').slice(0, -2).join('-').split(/[/\\]/).at(-1) ?? '';

describe('a scan of repodata', () => {
  it('finds by name what JSON.parse finds, in order, for any spelling, order of keys and slicing', async () => {
    await fc.assert(
      fc.asyncProperty(spelled, fc.array(fc.nat(60)), async ({ bytes }, sizes) => {
        const map = scan(cutUp(bytes, sizes));
        const parsed = JSON.parse(bytes.toString());
        for (const [key, index] of [
          ['packages', map.packages],
          ['packages.conda', map.packagesConda],
        ] as const) {
          const expected = Object.entries<unknown>(parsed[key] ?? {})
            .map(([filename, value]) => ({ filename, value }))
            .filter(({ filename }) => nameOf(filename) !== '');
          expect(new Set(index.keys())).toEqual(new Set(expected.map(({ filename }) => nameOf(filename))));
          for (const [name, offsets] of index) {
            const members = await readMembers(bytesSource(bytes), offsets);
            expect(members).toEqual(expected.filter(({ filename }) => nameOf(filename) === name));
          }
        }
      }),
    );
  });

  it('finds the small members where JSON.parse has them', () => {
    fc.assert(
      fc.property(spelled, ({ document, bytes }) => {
        const { small } = scan([bytes]);
        const found = [...small.values()].map(({ start, end }) => JSON.parse(`{${bytes.subarray(start, end)}}`));
        const keys = ['info', 'removed', 'repodata_version'];
        const expected = Object.entries(document).filter(([key]) => keys.includes(key));
        expect(Object.assign({}, ...found)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(expected))));
      }),
    );
  });

  it('accepts no part of a document as a document', () => {
    fc.assert(
      fc.property(spelled, fc.nat(), ({ bytes }, cut) => {
        const whole = bytes.toString().trimEnd().length;
        const start = bytes.subarray(0, cut % Buffer.byteLength(bytes.toString().slice(0, whole)));
        expect(() => scan([start])).toThrow(expect.objectContaining({ code: 'upstream.body', retry: true }));
      }),
    );
  });

  it.each([
    ['a list where a map belongs', '{"packages":[]}', '"packages" is not a map'],
    ['a number where a map belongs', '{"info":{"a":{}},"packages.conda":3}', '"packages.conda" is not a map'],
    ['null where a map belongs', '{"packages":null}', '"packages" is not a map'],
    ['a section twice', '{"packages":{},"x":1,"packages":{}}', 'a second "packages"'],
    ['a section twice, once in other letters', '{"packages":{},"\\u0070ackages":{}}', 'a second "packages"'],
    ['info twice', '{"info":{},"info":{}}', 'a second "info"'],
    ['a list', '[]', 'not JSON at byte 0'],
    ['HTML', '<!doctype html>', 'not JSON at byte 0'],
    ['what a server says of a file it does not have', '{"errors":[{"status":404}]}', "none of its keys is repodata's"],
    ['a second document', '{} {}', 'not JSON at byte 3'],
    ['nothing', '', 'cut short'],
    ['a byte order mark', '\ufeff{}', 'not JSON at byte 0'],
  ])('refuses %s', (_, text, message) => {
    expect(() => scan([Buffer.from(text)])).toThrow(
      expect.objectContaining({ code: 'upstream.body', message: expect.stringContaining(`the document`) }),
    );
    expect(() => scan([Buffer.from(text)])).toThrow(message);
  });

  it('takes the name from the decoded key, also behind a key of nearly the same letters', () => {
    const { packages } = scan([
      Buffer.from('{"packages":{"a-1-0.conda":1,"a-1-0\\u002d2.conda":2,"\\u0061-3-0.conda":3}}'),
    ]);
    expect([...packages].map(([name, offsets]) => [name, offsets.length])).toEqual([
      ['a', 4],
      ['a-1', 2],
    ]);
  });

  it.each([1, 7, 1000, 100_000])('reads on behind a key of any length, in slices of %d bytes', (size) => {
    const long = ['x'.repeat(5000), '\\\\'.repeat(3000), '\\u0041'.repeat(1000), `-1-${'\\"'.repeat(4000)}`];
    const members = long.flatMap((text, i) => [`"${text}":{}`, `"a-${i}-0.conda":{}`]);
    const bytes = Buffer.from(`{"${long[0]}":1,"packages":{${members.join()}}}`);
    const slices = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect(scan(slices).packages.get('a')).toHaveLength(8);
  });

  it('passes over unknown keys, even the same one twice, and takes {} for an empty channel', () => {
    const unknown = '"x":{"packages":{"a-1-0.conda":{}}},"x":[{"packages":{}}]';
    expect(scan([Buffer.from(`{${unknown},"info":{}}`)]).packages.size).toBe(0);
    expect(scan([Buffer.from(' {\n} ')]).packages.size).toBe(0);
  });
});

describe('readMembers', () => {
  const membersOf = (packages: string | Uint8Array) => {
    const bytes = Buffer.concat([Buffer.from('{"packages":{'), Buffer.from(packages), Buffer.from('}}')]);
    return readMembers(bytesSource(bytes), scan([bytes]).packages.get('a') ?? []);
  };
  const sound = { filename: 'a-2-0.conda', value: { x: 1 } };
  const bySound = (bad: string, encoding: BufferEncoding = 'utf8') =>
    membersOf(Buffer.from(`${bad},"a-2-0.conda":{"x":1}`, encoding));

  it.each([
    ['comes twice', '"a-1-0.conda":{"x":1},"b-1-0.conda":{},"\\u0061-1-0.conda":{"x":2}'],
    ['comes twice', '"a-1-0.conda":{},"a-1-0.conda":{},"a-1-0.conda":{}'],
    ['one of its keys twice', '"a-1-0.conda":{"x":1,"y":{},"x":1}'],
    ['one of its keys twice', '"a-1-0.conda":{"depends":[],"y":{"x":2},"\\u0064epends":["z"]}'],
  ])('costs a record by name that %s: %s', async (fault, bad) => {
    expect(await bySound(bad)).toEqual([
      { filename: 'a-1-0.conda', value: null, fault: expect.stringContaining(fault) },
      sound,
    ]);
  });

  it('lets one key stand in several objects of a record', async () => {
    const value = { x: { x: { x: 1 } }, y: [{ x: 1 }, { x: 2 }] };
    expect(await membersOf(`"a-1-0.conda":${JSON.stringify(value)}`)).toEqual([{ filename: 'a-1-0.conda', value }]);
  });

  it.each([
    ['a-1-0.conda', '"a-1-0.conda":{"x":"\xe9"}'],
    ['a-1-0.conda', '"a-1-0.conda":{"\xe9":1}'],
    ['a-1-\ufffd.conda', '"a-1-\xe9.conda":{"x":1}'],
    ['a-1-0.conda', '"a-1-0.conda":{"x":"\xed\xa0\x80"}'],
  ])('costs a record by name, %s, that is not UTF-8', async (filename, bad) => {
    expect(await bySound(bad, 'latin1')).toEqual([{ filename, value: null, fault: 'is not UTF-8' }, sound]);
  });

  it('costs a record by name that is too large, and one whose file name is', async () => {
    expect(await bySound(`"a-1-0.conda":{"x":"${'x'.repeat(17 * 1024 ** 2)}"}`)).toEqual([
      { filename: 'a-1-0.conda', value: null, fault: expect.stringContaining('more than 16777216 bytes') },
      sound,
    ]);
    const long = `a-1-${'x'.repeat(10_000)}.conda`;
    expect(await bySound(`"${long}":{}`)).toEqual([{ filename: long, value: {} }, sound]);
  });

  it('reads members that lie far apart, and many that lie together', async () => {
    const member = (i: number, pad: number) => `"a-${i}-0.conda":{"pad":"${'x'.repeat(pad)}"}`;
    const other = `"z-1-0.conda":{"pad":"${'z'.repeat(5000)}"}`;
    const all = [
      ...Array.from({ length: 3000 }, (_, i) => member(i, 400)),
      other,
      member(3000, 2_000_000),
      member(3001, 3),
    ];
    const bytes = Buffer.from(`{"packages":{${all.join(',')}}}`);
    let reads = 0;
    const source = bytesSource(bytes);
    const counted: ByteSource = {
      size: source.size,
      read(start, end) {
        reads++;
        return source.read(start, end);
      },
    };
    const members = await readMembers(counted, scan([bytes]).packages.get('a') ?? []);
    expect(members.map(({ filename }) => filename)).toEqual(Array.from({ length: 3002 }, (_, i) => `a-${i}-0.conda`));
    expect(reads).toBeLessThan(10);
  });
});
