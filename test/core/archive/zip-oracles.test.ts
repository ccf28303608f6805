import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildZip, extraField, type RawZipMember, zip64Extra } from '../../support/archives/build-zip.ts';
import { listZip } from '../../support/archives/list-archive.ts';
import { type Listing, listed } from '../../support/archives/tar-oracles.ts';
import { pythonZips, yauzlZip, zipJs } from '../../support/archives/zip-oracles.ts';
import { emptyZip, refusedZips, soundZips } from '../../support/archives/zip-vectors.ts';

/** Our own listing; undefined when we refuse. */
async function ours(zip: Uint8Array): Promise<Listing | undefined> {
  const read = await listZip(zip).catch(() => null);
  return read?.members.map(({ name, content }) => listed(name, content));
}

/** How many were passed; fails when a reader sees anything else in a ZIP that we passed. */
async function compare(zips: readonly Uint8Array[]): Promise<number> {
  let passed = 0;
  for (const [i, python] of pythonZips(zips).entries()) {
    const zip = zips[i] ?? new Uint8Array();
    const mine = await ours(zip);
    if (mine === undefined) continue;
    passed++;
    const why = `ZIP ${Buffer.from(zip).toString('base64')}`;
    expect([...python].sort(), why).toEqual([...mine].sort());
    for (const seen of [...(await yauzlZip(zip)), ...(await zipJs(zip))]) expect(mine, why).toContainEqual(seen);
  }
  return passed;
}

it('passes no vector that another reader sees otherwise', async () => {
  const vectors = [...refusedZips, ...soundZips].map(([, zip]) => zip);
  expect(await compare(vectors)).toBe(soundZips.length);
});

const number = fc.constantFrom(0, 4, 5, 0xffffffff);
const fields = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'evil', 'd/'),
    flags: fc.constantFrom(0, 8, 0x0800),
    crc: number,
    size: number,
    compressedSize: number,
    extra: fc.constantFrom(
      zip64Extra(),
      zip64Extra(5),
      zip64Extra(5, 5),
      zip64Extra(5, 5, 0),
      zip64Extra(0, 0),
      extraField(0x7075, Buffer.from('\x01\0\0\0\0evil')),
      extraField(0x9999, Buffer.from('x')),
    ),
    offset: fc.constantFrom(0, 36, 0xffffffff),
  },
  { requiredKeys: [] },
);
const rare = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });
const member = fc
  .tuple(
    fc.record(
      {
        name: fc.constantFrom('a', 'b', 'c/d', 'd/', './e'),
        data: fc.constantFrom('', 'alpha', Buffer.from(emptyZip).toString('latin1')),
        method: fc.constantFrom(0, 8),
        descriptor: fc.constantFrom(true as const, { signed: false }, { crc: 1 }),
      },
      { requiredKeys: ['name'] },
    ),
    rare(fc.record({ local: fields })),
    rare(fc.record({ central: fields })),
    rare(fc.constant({ unlisted: true })),
  )
  .map((parts): RawZipMember => Object.assign({}, ...parts));
const frame = rare(
  fc.record(
    {
      prefix: fc.constantFrom('x', Buffer.from(emptyZip).toString('latin1')),
      trailer: fc.constantFrom('x', Buffer.from(emptyZip).toString('latin1')),
      gap: fc.constant('gap'),
      zip64: fc.constantFrom(true, { entries: 1 }),
      entries: fc.nat(3),
    },
    { requiredKeys: [] },
  ),
);

it('passes no made-up ZIP that another reader sees otherwise', async () => {
  const made = fc.sample(fc.tuple(fc.array(member, { maxLength: 3 }), frame), { numRuns: 2000, seed: 1 });
  expect(await compare(made.map(([members, zip]) => buildZip(members, zip)))).toBeGreaterThan(200);
});
