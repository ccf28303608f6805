import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sizedBytes } from '../../../core/archive/sized-bytes.ts';
import { packPackage } from '../../../core/package/pack-package.ts';
import { quickBzip2 } from '../../../local/sample/build-package.ts';
import { readTar, readZip } from '../../local/sample/read-back.ts';
import { bunzip2 } from '../../support/archives/bunzip2.ts';
import { joined } from '../../support/packages/refusal.ts';

const bz2 = { format: '.tar.bz2', bzip2: quickBzip2 } as const;

it('packs the same members in both formats, those of info/ first in a .tar.bz2, and the same bytes each time', async () => {
  const path = fc.stringMatching(/^[a-z]{1,8}(\/[a-zé]{1,60}){0,3}$/);
  const mode = fc.constantFrom(0o644, 0o755);
  const member = fc.record({ path, mode, content: fc.uint8Array({ maxLength: 700 }) });
  const members = fc.uniqueArray(member, { selector: (one) => one.path });
  const property = fc.asyncProperty(members, async (given) => {
    const contents = {
      stem: 'demo-1.0-0',
      payload: given.map((one) => ({ ...one, ...sizedBytes(one.content) })),
      info: [{ path: 'info/index.json', ...sizedBytes('{}') }],
      timestamp: Date.UTC(2020, 0, 1),
    };
    const bytes = await joined(packPackage(contents, bz2));
    expect(await joined(packPackage(contents, bz2))).toEqual(bytes);
    const [, pkg, info] = readZip(await joined(packPackage(contents, { format: '.conda' })));
    const ofConda = [info, pkg].flatMap((part) => readTar(zstdDecompressSync(part?.content ?? '')));
    expect(readTar(bunzip2(bytes))).toEqual(ofConda);
  });
  await fc.assert(property, { numRuns: 30 });
});
