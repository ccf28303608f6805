import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildTar, gnuLong, paxHeader, type RawMember, rawMember } from '../../support/archives/build-tar.ts';
import { listTar } from '../../support/archives/list-archive.ts';
import { type Listing, listed, modernTar, pythonTars } from '../../support/archives/tar-oracles.ts';
import { oddTars, refusedTars, soundTars } from '../../support/archives/tar-vectors.ts';

/** Our own listing; undefined when we refuse. */
async function ours(tar: Uint8Array): Promise<Listing | undefined> {
  const read = await listTar(tar).catch(() => null);
  return read?.members.map(({ path, type, content }) => listed(path, type === 'file' ? content : null));
}

/** How many were passed; fails when a reader sees what we do not in a tar that we passed. */
async function compare(tars: readonly Uint8Array[]): Promise<number> {
  let passed = 0;
  for (const [i, python] of pythonTars(tars).entries()) {
    const tar = tars[i] ?? new Uint8Array();
    const mine = await ours(tar);
    if (mine === undefined) continue;
    passed++;
    const why = `tar ${Buffer.from(tar).toString('base64')}`;
    expect(python, why).toEqual(mine);
    for (const seen of await modernTar(tar)) expect(mine, why).toContainEqual(seen);
  }
  return passed;
}

it('passes no vector that another reader sees more in', async () => {
  const vectors = [...refusedTars, ...oddTars, ...soundTars].map(([, tar]) => tar);
  expect(await compare(vectors)).toBe(oddTars.length + soundTars.length);
});

const text = fc.constantFrom(
  'a',
  'b',
  'c',
  'd',
  'e',
  'f/g',
  'b/c',
  './d',
  'e/',
  '',
  '../f',
  'é',
  '/g',
  'h\0i',
  'x'.repeat(101),
);
const hidden = rawMember({ name: 'hidden', data: 'x' });
const rawOne = fc.record(
  {
    name: text,
    type: fc.constantFrom('0', '0', '0', '5', '2', '1', '6', '7', 'g', 'S', '\0'),
    data: fc.constantFrom('', 'data', hidden, Buffer.concat([hidden, hidden])),
    linkName: text,
    size: fc.constantFrom(0, 1, 512, 1024),
    magic: fc.constantFrom('ustar\u000000', 'ustar  \0', '', 'ustar\0\0\0'),
    prefix: fc.constantFrom('', 'p', '/p'),
    mode: fc.constantFrom(0o644, 0o4777),
  },
  { requiredKeys: ['name'] },
);
const extension: fc.Arbitrary<RawMember> = fc.oneof(
  text.map((name) => gnuLong('L', name)),
  text.map((name) => gnuLong('K', name)),
  text.map((path) => paxHeader({ path })),
  text.map((linkpath) => paxHeader({ linkpath })),
  fc.constantFrom('0', '4', '512').map((size) => paxHeader({ size })),
);
const piece = fc.oneof(
  { weight: 5, arbitrary: rawOne },
  { weight: 2, arbitrary: extension },
  { weight: 1, arbitrary: fc.constantFrom(new Uint8Array(512), new Uint8Array(1024)) },
);

it('passes no made-up tar that another reader sees more in', async () => {
  const made = fc.sample(fc.array(piece, { minLength: 1, maxLength: 4 }), { numRuns: 3000, seed: 1 });
  expect(await compare(made.map((pieces) => buildTar(...pieces)))).toBeGreaterThan(150);
});
