import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelPlace } from '../../../core/layout/channel-place.ts';
import { mainIndexFiles, optionalIndexFiles } from '../../../core/layout/index-files.ts';
import { channeldataKey, indexKey, objectKeySchema, packageKey, shardKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';

const sha256 = sha256Of('a shard');
const subdir = fc.constantFrom('noarch', 'linux-64', 'zos-z').map((name) => subdirSchema.parse(name));
const filename = fc
  .tuple(fc.constantFrom('a', '_x', 'numpy'), fc.constantFrom('1.0', '2!1+b'), fc.constantFrom('0', 'py_1'))
  .chain(([...parts]) => fc.constantFrom('.conda', '.tar.bz2').map((ending) => `${parts.join('-')}${ending}`))
  .map((name) => packageFileNameSchema.parse(name));

describe('a key of a channel', () => {
  it('that we write is known for what it is', () => {
    fc.assert(
      fc.property(subdir, filename, (where, name) => {
        expect(channelPlace(packageKey('conda', where, name))).toEqual({
          kind: 'package',
          subdir: where,
          filename: name,
        });
        expect(channelPlace(shardKey('conda', where, sha256))).toEqual({ kind: 'shard', subdir: where, sha256 });
        for (const file of [...mainIndexFiles, ...optionalIndexFiles]) {
          expect(channelPlace(indexKey('conda', where, file))).toEqual({ kind: 'index file', subdir: where });
        }
      }),
    );
    expect(channelPlace(channeldataKey('conda'))).toEqual({ kind: 'channeldata' });
  });

  it.each([
    ['beside', ['a-1-0.conda', 'repodata.json', 'index.html']],
    ['no subdir', ['Linux-64/a-1-0.conda', 'linux64/repodata.json', 'noarch2/x', 'shards/x']],
    ['below', ['noarch/old/a-1-0.conda', 'noarch/a-1-0.conda/info/index.json', `noarch/shards/${sha256}`]],
    [
      'name',
      [
        ...['a.conda', 'A-1-0.conda', 'a-1-0.CONDA', 'a-1-0 (1).conda', 'a-1-0.conda.part', 'a-1-0.zip', 'a-1-py3.whl'],
        ...['channeldata.json', 'repodata.json.gz', 'current_repodata.json.zst', 'shards', 'a-1-0\n.conda'],
      ].map((name) => `noarch/${name}`),
    ],
  ])('that is none of ours: %s', (why, paths) => {
    for (const path of paths) expect([path, channelPlace(`conda/${path}`)]).toEqual([path, { kind: 'stray', why }]);
  });

  it('that is hidden is passed over, unless it would be a package', () => {
    for (const path of ['.DS_Store', 'noarch/.gitkeep', '.cache/x', 'noarch/.cache/x.json', 'noarch/.a-1-0.conda.Xy']) {
      expect([path, channelPlace(`conda/${path}`).kind]).toEqual([path, 'hidden']);
    }
    for (const path of ['.a-1-0.conda', 'noarch/.a-1-0.conda', '.hidden/a-1-0.conda']) {
      expect([path, channelPlace(`conda/${path}`).kind]).toEqual([path, 'stray']);
    }
  });

  it('is told whatever it is', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('noarch', 'shards', '.x', 'a-1-0.conda', `${sha256}.msgpack.zst`),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const path = ['conda', ...parts].join('/');
        const place = channelPlace(path);
        if (place.kind === 'package' || place.kind === 'shard')
          expect(objectKeySchema.safeParse(path).success).toBe(true);
        if (place.kind === 'package') expect(path).toBe(packageKey('conda', place.subdir, place.filename));
      }),
    );
  });
});
