import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { small } from '../support/cli/start-lab.ts';
import { type BucketHome, bucketHome, homeBucket } from '../support/cloud/bucket-home.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

const store = ['--store', `s3://${homeBucket}`];
const conda = 'driver-1.0-0.conda';
const wheel = 'demo-1.0-py3-none-any.whl';
const reportSchema = z.looseObject({
  files: z.array(z.looseObject({ key: z.string(), status: z.string() })),
  problems: z.array(z.looseObject({ code: z.string(), subject: z.string(), detail: z.string() })),
});

let home: BucketHome;
beforeAll(async () => {
  home = await bucketHome();
  await write(conda, (await buildPackage(small('driver 1.0', [], { subdir: 'win-64' }))).bytes);
  await write(wheel, buildWheel());
  await write('demo-1.0.tar.gz', buildSdist());
});
afterAll(() => home[Symbol.asyncDispose]());

const write = (name: string, bytes: Uint8Array) => writeFile(join(home.path, name), bytes);
const put = (...files: string[]) => home.run(['put', '--json', ...store, ...files]);
const object = (key: string) => home.cloud.s3.buckets.get(homeBucket)?.objects.get(key);

it('put copies files to where their own metadata says, with headers and digests, and has them listed', async () => {
  const { status, stdout, stderr } = await put(conda, wheel, 'demo-1.0.tar.gz');
  expect(status, stderr).toBe(0);
  const keys = [`conda/win-64/${conda}`, `simple/demo/${wheel}`, 'simple/demo/demo-1.0.tar.gz'];
  expect(parseJson(stdout, reportSchema, 'stdout').files.map((file) => [file.key, file.status])).toEqual(
    keys.map((key) => [key, 'stored']),
  );
  expect(stderr).toContain(`copied in /conda/win-64/${conda}  sha256:`);
  for (const key of keys)
    expect(object(key)?.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'x-amz-meta-sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      'x-amz-meta-md5': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  expect(object('conda/win-64/repodata.json')?.bytes.toString()).toContain(conda);
  expect(object('simple/demo/index.json')?.bytes.toString()).toContain(wheel);
  expect(object(`simple/demo/${wheel}.metadata`)).toBeDefined();
  const before = home.tags('');
  const again = await put(conda, wheel);
  expect([again.status, again.stderr]).toEqual([0, expect.stringContaining(`was there   /conda/win-64/${conda}`)]);
  expect(home.tags('')).toEqual(before);
});

it('put refuses with the reason, and then copies nothing of what it was given', async () => {
  await write('other-1.0-0.conda', (await buildPackage(small('another 1.0'))).bytes);
  await write('good-1.0-0.conda', (await buildPackage(small('good 1.0'))).bytes);
  await write('My Package-1.0-0.conda', (await buildPackage(small('good 1.0'))).bytes);
  await write('notes.txt', Buffer.from('x'));
  const before = home.tags('');
  const { status, stdout, stderr } = await put(
    ...['good-1.0-0.conda', 'other-1.0-0.conda', 'My Package-1.0-0.conda', 'notes.txt'],
  );
  expect(status).toBe(1);
  const { files, problems } = parseJson(stdout, reportSchema, 'stdout');
  expect(problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'package.refused other-1.0-0.conda',
    'package.refused My Package-1.0-0.conda',
    'publish.file-name notes.txt',
  ]);
  expect([files, stderr]).toEqual([[], expect.stringContaining('nothing was copied in')]);
  expect(home.tags('')).toEqual(before);
});

it('put never puts other bytes under a name that is there', async () => {
  const fixed = small('fixed 1.0');
  await write('fixed-1.0-0.conda', (await buildPackage(fixed)).bytes ?? new Uint8Array());
  expect((await put('fixed-1.0-0.conda')).status).toBe(0);
  const before = home.tags('');
  const rebuilt = { ...fixed, files: [{ path: 'share/other', content: 'other' }] };
  await write('fixed-1.0-0.conda', (await buildPackage(rebuilt)).bytes ?? new Uint8Array());
  const { status, stderr } = await put('fixed-1.0-0.conda');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/publish\.used-name[\s\S]*these have sha256/)]);
  expect(home.tags('')).toEqual(before);
});

it('put says why the gate keeps out what it copied in', async () => {
  await write(
    'starts-1.0-py3-none-any.whl',
    buildWheel({ fileName: 'starts-1.0-py3-none-any.whl', files: { 'starts.pth': 'import sys\n' } }),
  );
  const { status, stderr } = await put('starts-1.0-py3-none-any.whl');
  expect([status, stderr]).toEqual([1, expect.stringContaining('gate.held')]);
  expect(object('simple/starts/index.json')?.bytes.toString() ?? '').not.toContain('starts-1.0');
});

it('put again lists what was held, once the allowlist waives it', async () => {
  const startUp = { path: 'lib/python3.11/site-packages/app.pth', content: 'import os\n' };
  const { bytes = new Uint8Array() } = await buildPackage(small('app 1.0', [], { files: [startUp] }));
  await write('app-1.0-0.conda', bytes);
  const held = await put('app-1.0-0.conda');
  expect(held.status).toBe(1);
  const [, waiver = ''] = /(\{"check":"D3\.import".*\})/.exec(held.stderr) ?? [];
  const allowlist = `{"channels":[],"platforms":["linux-64"],"packages":[],"waivers":[${waiver}]}`;
  await write('waived.json', Buffer.from(allowlist.replace('"WHY"', '"somebody looked"')));
  const waived = await put('app-1.0-0.conda', '--allowlist', 'waived.json');
  expect([waived.status, waived.stderr]).toEqual([0, expect.stringContaining('was there   /conda/linux-64/app')]);
  expect(object('conda/linux-64/repodata.json')?.bytes.toString()).toContain('app-1.0-0.conda');
});
