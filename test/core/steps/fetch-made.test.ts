import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { parseJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { readPackage } from '../../local/sample/read-back.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { joined } from '../../support/packages/refusal.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { fetchMade, ofSdist, sdist, wheel } from '../../support/python/fetch-made.ts';
import { provenancesIn } from '../../support/upstream/fetch-scene.ts';

const wheelName = 'demo-1.0-py3-none-any.whl';
const newest = Date.UTC(2015, 7, 5, 12, 30, 58);

/** A ZIP with the members of another, all of this date. */
async function dated(zip: Uint8Array): Promise<Uint8Array> {
  const members = await openZip(bytesSource(zip), () => {});
  return joined(writeZip(await Promise.all(members.map(({ name, open }) => measured(name, open))), newest));
}

const indexJson = z.looseObject({ depends: z.array(z.string()), timestamp: z.number() });

describe('a package that is made of a wheel', () => {
  it('is stored with its evidence, sound, and the same each time', async () => {
    const { outcome, stored, scene, artifact } = await fetchMade(wheel);
    expect(outcome).toEqual({ status: 'stored' });
    const bytes = stored ?? new Uint8Array();
    expect((await inspectPackage(bytesSource(bytes), artifact.filename)).findings).toEqual([]);
    const members = await readPackage(artifact.filename, bytes);
    expect(members['site-packages/demo.py']).toBe('x = 1\n');
    const index = parseJson(members['info/index.json'] ?? '', indexJson, 'index.json');
    expect(index).toMatchObject({ name: 'demo', depends: ['python >=3.8'], timestamp: Date.UTC(2020, 0, 1) });
    expect(provenancesIn(scene.store)).toMatchObject([
      {
        sha256: sha256Of(bytes),
        size: bytes.length,
        origin: {
          type: 'made',
          from: 'wheel',
          index: 'http://127.0.0.1/simple',
          fileName: 'demo-1.0-py3-none-any.whl',
          sha256: sha256Of(wheel),
          revision: 1,
        },
        record: artifact.record,
        findings: [],
      },
    ]);
    expect((await fetchMade(wheel)).stored).toEqual(stored);
    expect(await fetchMade(wheel, {}, scene)).toMatchObject({ outcome: { status: 'present' }, requests: 0 });
  });

  it.each([
    ['wheel', wheelName, wheel],
    ['sdist', 'demo-1.0.zip', buildSdist({ format: '.zip' })],
  ] as const)('is dated by the newest time in the %s where the index gives none', async (from, fileName, bytes) => {
    const { stored, artifact } = await fetchMade(await dated(bytes), { from, fileName, timestamp: 0 });
    const members = await readPackage(artifact.filename, stored ?? new Uint8Array());
    const { timestamp } = parseJson(members['info/index.json'] ?? '', indexJson, 'index.json');
    expect(timestamp).toBe(newest);
  });
});

describe('a package that is made of an sdist', () => {
  it('says what was left out, of what it was made and by which reader', async () => {
    const { outcome, scene, stored, artifact } = await fetchMade(sdist, ofSdist);
    expect(outcome).toEqual({ status: 'stored' });
    expect(provenancesIn(scene.store)).toMatchObject([
      {
        origin: { type: 'made', from: 'sdist', fileName: 'demo-1.0.tar.gz', sha256: sha256Of(sdist), revision: 1 },
        findings: [{ code: 'sdist.left-out', detail: 'scripts=LIST of setup.py' }],
      },
    ]);
    const members = await readPackage(artifact.filename, stored ?? new Uint8Array());
    expect(members['site-packages/demo/__init__.py']).toBe('x = 1\n');
    expect((await fetchMade(sdist, ofSdist)).stored).toEqual(stored);
  });
});
