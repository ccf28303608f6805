import { describe, expect, it } from 'vitest';
import { digestStream } from '../../../core/names/digest.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import { parseIndexJson, recordFromIndex } from '../../../core/package/index-json.ts';
import { indexJson } from '../../support/packages/build-package.ts';
import { inSlices } from '../../support/packages/refusal.ts';

const digests = await digestStream(inSlices(Buffer.from('abc'), 2));
const recordOf = (index: object, subdir = noarch) =>
  recordFromIndex(
    parseIndexJson(JSON.stringify(index), 'index.json', () => {}),
    digests,
    subdir,
  );

describe('recordFromIndex', () => {
  it('adds what the bytes are', () => {
    expect(recordOf(indexJson)).toEqual({
      ...indexJson,
      subdir: 'noarch',
      size: 3,
      md5: '900150983cd24fb0d6963f7d28e17f72',
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('believes the bytes where index.json claims to know them', () => {
    expect(recordOf({ ...indexJson, sha256: '0'.repeat(64), size: 9 })).toEqual(recordOf(indexJson));
  });

  it('leaves out what no record carries and keeps what it does not know', () => {
    const extra = { arch: 'x86_64', platform: 'linux', has_prefix: true, mtime: 1, binstar: {}, operatingsystem: 'x' };
    const kept = { license: null, extra_depends: { a: ['b'] }, features: 'f' };
    expect(recordOf({ ...indexJson, ...extra, ...kept })).toEqual({ ...recordOf(indexJson), ...kept });
  });

  it('takes the subdir of the folder, whatever index.json says', () => {
    expect(recordOf({ ...indexJson, subdir: null }).subdir).toBe('noarch');
    expect(recordOf(indexJson, subdirSchema.parse('osx-64')).subdir).toBe('osx-64');
  });

  it('is as all clients read it, and says what it is not any more', () => {
    const found: string[] = [];
    const index = parseIndexJson(
      JSON.stringify({ ...indexJson, timestamp: 'x', depends: ['B>1'], constrains: 1, noarch: 7 }),
      'index.json',
      () => {},
    );
    const record = recordFromIndex(index, digests, noarch, (code, detail) => found.push(`${code} ${detail}`));
    expect(record).toEqual({ ...recordOf(indexJson), depends: ['b >1'] });
    expect(found).toHaveLength(4);
  });
});
