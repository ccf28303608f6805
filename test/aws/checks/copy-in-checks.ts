import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { representationOf } from '../../../core/layout/keys.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { small } from '../../support/cli/start-lab.ts';
import { copyInCommand } from '../../support/docs/copy-in-commands.ts';
import { readRepodata } from '../read-repodata.ts';
import { until } from '../until.ts';
import type { Scene } from './scene.ts';

const { Key = '', ...put } = copyInCommand('put-object');
const elsewhere = `_gatehouse/incoming/${Key.split('/').at(-1)}`;
const vendor = 'vendor-1.0-0.conda';

/** What a person copies in, takes away and restores, with nothing but S3's own requests. */
export function copyInChecks(scene: () => Scene): void {
  const driver = async () => (await buildPackage(small('driver 1.0', [], { subdir: 'win-64' }))).bytes;
  const names = async () => Object.keys(await readRepodata(scene().deployment, subdirSchema.parse('win-64')));
  const listed = (name: string, is: boolean) =>
    until(`${name} ${is ? 'listed' : 'gone'}`, scene().deployment, async () => (await names()).includes(name) === is);
  const at = () => ({ Bucket: scene().deployment.outputs.Bucket, Key });
  const name = Key.split('/').at(-1) ?? '';

  describe('a package that is copied in by hand', () => {
    beforeAll(async () => {
      const { Bucket } = at();
      const { s3 } = scene().deployment;
      await s3.send(new PutObjectCommand({ ...put, Bucket, Key: elsewhere, Body: await driver() }));
    });
    afterAll(async () => {
      const { Bucket } = at();
      const keys = [Key, elsewhere, `conda/win-64/${vendor}`];
      for (const one of keys) await scene().deployment.s3.send(new DeleteObjectCommand({ Bucket, Key: one }));
      await listed(name, false);
      await listed(vendor, false);
    });

    it('by the documented line is listed, with the header of its key', async () => {
      const { s3 } = scene().deployment;
      const put1 = async () => s3.send(new PutObjectCommand({ ...put, ...at(), Body: await driver() }));
      await put1();
      await listed(name, true);
      expect(await s3.send(new HeadObjectCommand(at()))).toMatchObject({
        CacheControl: representationOf(Key).cacheControl,
        ContentType: representationOf(Key).contentType,
      });
      await expect(put1()).rejects.toMatchObject({ name: 'PreconditionFailed' });
    });

    it('and deleted comes back when its delete marker is deleted', async () => {
      const { s3 } = scene().deployment;
      await s3.send(new DeleteObjectCommand(at()));
      await listed(name, false);
      const versions = await s3.send(new ListObjectVersionsCommand({ Bucket: at().Bucket, Prefix: Key }));
      const marker = versions.DeleteMarkers?.find(({ IsLatest }) => IsLatest === true);
      await s3.send(new DeleteObjectCommand({ ...at(), VersionId: marker?.VersionId }));
      await listed(name, true);
    });

    it('by a copy within S3 is listed, with the headers of its source', async () => {
      const { s3 } = scene().deployment;
      await s3.send(new DeleteObjectCommand(at()));
      await listed(name, false);
      const { IfNoneMatch } = copyInCommand('copy-object');
      await s3.send(new CopyObjectCommand({ ...at(), IfNoneMatch, CopySource: `${at().Bucket}/${elsewhere}` }));
      await listed(name, true);
      expect(await s3.send(new HeadObjectCommand(at()))).toMatchObject({
        CacheControl: representationOf(Key).cacheControl,
      });
    });

    it('by gatehouse put has header and digests, and is listed', async () => {
      const { folder, deployment } = scene();
      const { digests, bytes = new Uint8Array() } = await buildPackage(small('vendor 1.0', [], { subdir: 'win-64' }));
      await writeFile(join(folder, vendor), bytes);
      const store = `s3://${deployment.outputs.Bucket}`;
      const done = await runCli(['put', vendor, '--store', store], { cwd: folder });
      expect(done, done.stderr).toMatchObject({ status: 0 });
      await listed(vendor, true);
      const head = new HeadObjectCommand({ Bucket: at().Bucket, Key: `conda/win-64/${vendor}` });
      expect(await deployment.s3.send(head)).toMatchObject({
        CacheControl: representationOf(Key).cacheControl,
        Metadata: { sha256: digests.sha256, md5: digests.md5 },
      });
    });
  });
}
