import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../../core/documents/gate/policy.ts';
import type { AtTheDoor } from '../../../core/gate/gate.ts';
import { sha256Of, startDigests } from '../../../core/names/digest.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { Store } from '../../../core/ports/store.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { buildConda, buildTarBz2, indexJson, pkgTar, stem } from '../../support/packages/build-package.ts';
import { buildWheel, type RawWheel } from '../../support/python/build-wheel.ts';
import { memoryStore } from '../../twins/store-memory.ts';

function atTheDoor(bytes: Uint8Array, more: Partial<AtTheDoor> = {}): AtTheDoor {
  const digests = startDigests();
  digests.update(bytes);
  return {
    ...{ kind: 'package', id: `linux-64/${stem}.conda`, name: 'demo', version: '1.0', origin: 'upstream' },
    ...{ source: 'https://conda.example/forge', record: null, published: null, yanked: false, projectStatus: null },
    ...{ projects: [], request: null, digests: digests.finish(), bytes: bytesSource(bytes) },
    ...more,
  };
}

const ofPackage = (name: string, data: string, more: Partial<AtTheDoor> = {}) =>
  atTheDoor(Buffer.from(buildConda({ pkg: pkgTar({ name, data }) })), more);
const ofWheel = (raw: RawWheel) =>
  atTheDoor(Buffer.from(buildWheel(raw)), { kind: 'wheel', id: 'simple/demo/demo-1.0-py3-none-any.whl' });

const waiverOf = (check: string, text: string): Waiver => ({
  ...{ check, sha256: sha256Of(text), reason: 'it was read', expires: '2099-01-01' },
});

interface Asked {
  readonly store?: Store;
  readonly waivers?: readonly Waiver[];
  readonly modes?: ReadonlyMap<string, 'enforce'>;
}

async function judged(file: AtTheDoor, { store = memoryStore(), waivers = [], modes = new Map() }: Asked = {}) {
  const { verdict, checks } = await testGate(store, { policy: { waivers, modes } }).judge(file);
  const telling = checks.flatMap(({ firings }) => firings).filter((firing) => firing.verdict !== 'warn');
  return [verdict, ...telling.map(({ code }) => code).filter((code) => code !== 'B2.absent')];
}

describe('a link script', () => {
  it("of another package's name is held, and no time ends that", async () => {
    const file = ofPackage('bin/.other-post-link.sh', 'exit 0');
    const gate = testGate(memoryStore());
    const { verdict, checks } = await gate.judge(file);
    expect(verdict).toBe('hold');
    const [firing] = checks.flatMap(({ firings }) => firings).filter(({ code }) => code.startsWith('D1'));
    expect(firing).toMatchObject({ code: 'D1.link-script', sha256: sha256Of('exit 0') });
    expect(firing?.until).toBeUndefined();
  });
});

describe('a .pth that runs code', () => {
  const path = 'lib/python3.12/site-packages/x.pth';
  const text = "import os;os.system('x')\n";

  it('is held, enters by a waiver of its sha256, and is held again when a byte changes', async () => {
    const store = memoryStore();
    expect(await judged(ofPackage(path, text), { store })).toEqual(['hold', 'D3.import']);
    const waivers = [waiverOf('D3', text)];
    expect((await judged(ofPackage(path, text), { store, waivers }))[0]).toBe('warn');
    expect(await judged(ofPackage(path, text.replace('x', 'y')), { store, waivers })).toEqual(['hold', 'D3.import']);
  });

  it('is known from then on, in the next build without the waiver', async () => {
    const store = memoryStore();
    const waivers = [waiverOf('D3', text)];
    await judged(ofPackage(path, text), { store, waivers });
    const next = atTheDoor(
      Buffer.from(buildConda({ pkg: pkgTar({ name: path, data: text }, { name: 'x', data: '' }) })),
    );
    expect((await judged(next, { store }))[0]).toBe('warn');
  });

  it('is held beside a .start file, which is held by itself', async () => {
    expect(await judged(ofPackage('site-packages/x.start', 'x:boot'))).toEqual(['hold', 'D3.start']);
  });

  it('is held in a wheel', async () => {
    expect(await judged(ofWheel({ files: { 'demo-1.0.data/purelib/x.pth': text } }))).toEqual(['hold', 'F7.import']);
  });
});

describe('a wheel', () => {
  it.each<[string, string, RawWheel]>([
    ['whose RECORD omits a file', 'F3.record-unlisted', { record: (row) => (row.startsWith('demo.py') ? null : row) }],
    [
      'whose RECORD has another hash',
      'F3.record-hash',
      { record: (row) => row.replace(/^(demo.py,sha256=)..../, '$1AAAA') },
    ],
    ['with two .dist-info', 'F2.dist-info', { files: { 'x-1.0.dist-info/METADATA': '' } }],
  ])('%s is rejected', async (_, code, raw) => {
    expect(await judged(ofWheel(raw))).toEqual(['reject', code]);
  });
});

describe('a private key', () => {
  const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'.repeat(4)}\n-----END PRIVATE KEY-----\n`;

  it("is rejected in the organisation's own package, and warned of in upstream's", async () => {
    const own = ofPackage('etc/key.pem', pem, { origin: 'published', source: null });
    expect(await judged(own)).toEqual(['reject', 'E1.private-key']);
    expect(await judged(ofPackage('etc/key.pem', pem))).toEqual(['warn']);
  });
});

describe('a new dependency', () => {
  const built = (version: string, depends: readonly string[]) => {
    const index = JSON.stringify({ ...indexJson, version, depends });
    const bytes = buildTarBz2({ name: 'info/index.json', data: index }, { name: 'x', data: '' });
    return atTheDoor(bytes, { id: `linux-64/demo-${version}-h0_0.tar.bz2`, version });
  };

  it('since the build before is held where the policy enforces that, with what differs', async () => {
    const gate = testGate(memoryStore(), { policy: { modes: new Map([['B4', 'enforce']]) } });
    expect((await gate.judge(built('0.9', ['python >=3.9', 'six']))).verdict).toBe('warn');
    const { verdict, checks } = await gate.judge(built('1.0', ['python', 'plain-crypto-js']));
    expect(verdict).toBe('hold');
    expect(checks.find(({ id }) => id === 'B4')?.firings).toMatchObject([
      { code: 'B4.new-dep', detail: 'depends on what demo 0.9 did not: "+plain-crypto-js -six"' },
    ]);
  });
});

describe('a license', () => {
  const wheel = ofWheel({ metadata: 'License-Expression: GPL-3.0-only\n' });

  it('that is not allowed is held, and enters once the list allows it, by the same bytes', async () => {
    const store = memoryStore();
    const gate = (licenses: readonly string[]) => testGate(store, { policy: { licenses } });
    expect((await gate(['MIT']).judge(wheel)).verdict).toBe('hold');
    expect((await gate(['MIT']).standingOf({ ...wheel, sha256: wheel.digests.sha256, isServed: false })).verdict).toBe(
      'hold',
    );
    expect((await gate(['GPL-3.0-only']).judge(wheel)).verdict).toBe('pass');
    expect((await gate(['MIT']).judge(wheel)).verdict).toBe('hold');
  });
});
