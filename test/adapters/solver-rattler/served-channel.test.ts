import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { ServedChannel } from '../../../core/ports/solver.ts';
import { GatehouseError } from '../../../core/problems/error.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const record = { name: 'a', version: '1', build: '0', build_number: 0, depends: [], size: 1, md5: '0'.repeat(32) };
const repodata = (subdir: string, more: object = {}, filename = 'a-1-0.conda') =>
  JSON.stringify({ packages: {}, 'packages.conda': { [filename]: { ...record, subdir, ...more } } });

/** A channel of files by path; `asked` has the paths that were. */
function served(id: string, files: Readonly<Record<string, string | Error>>): ServedChannel & { asked: string[] } {
  const asked: string[] = [];
  return {
    id,
    platform: subdirSchema.parse('linux-64'),
    virtualPackages: { __glibc: '2.28' },
    asked,
    async read(path) {
      asked.push(path);
      const file = files[path];
      if (file instanceof Error) throw file;
      return file === undefined ? null : Buffer.from(file);
    },
  };
}

describe('a channel as it is served', () => {
  it('is read as a client would, the platform before noarch, each file once', async () => {
    const files = { 'linux-64/repodata.json': repodata('linux-64'), 'noarch/repodata.json': repodata('noarch') };
    const channel = served('both', files);
    for (let i = 0; i < 3; i++) {
      expect(await solver.solve(channel, ['a'])).toEqual({ status: 'solved', keys: ['linux-64/a-1-0.conda'] });
    }
    expect(channel.asked.sort()).toEqual([
      'linux-64/repodata.json',
      'linux-64/repodata_shards.msgpack.zst',
      'noarch/repodata.json',
      'noarch/repodata_shards.msgpack.zst',
    ]);
  });

  it('knows the virtual packages it is given', async () => {
    const channel = (depends: string) =>
      served(depends, { 'noarch/repodata.json': repodata('noarch', { depends: [depends] }) });
    expect(await solver.solve(channel('__glibc >=2.28'), ['a'])).toMatchObject({ status: 'solved' });
    expect(await solver.solve(channel('__glibc >=2.29'), ['a'])).toMatchObject({ status: 'unsolvable' });
  });

  it.each([
    ['of another type', { license: ['MIT'] }],
    ['that names a channel', { depends: ['x::b'] }],
  ])('fails for a value %s, and the next one is read', async (what, more) => {
    const odd = served(what, { 'noarch/repodata.json': repodata('noarch', more) });
    expect(await solver.solve(odd, ['a'])).toMatchObject({ status: 'failed' });
    const sound = served('sound', { 'noarch/repodata.json': repodata('noarch') });
    expect(await solver.solve(sound, ['a'])).toMatchObject({ status: 'solved' });
  });

  it('that cannot be read throws what the reading threw, and the next one is read', async () => {
    const lost = new GatehouseError('store.broken', 'the disk is gone');
    await expect(solver.solve(served('lost', { 'noarch/repodata.json': lost }), ['a'])).rejects.toBe(lost);
    const found = served('lost', { 'noarch/repodata.json': repodata('noarch') });
    expect(await solver.solve(found, ['a'])).toMatchObject({ status: 'solved' });
  });
});
