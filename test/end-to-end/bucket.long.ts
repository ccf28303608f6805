import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import type { CliRun } from '../support/cli/run-cli.ts';
import { type BucketHome, bucketHome, homeBucket } from '../support/cloud/bucket-home.ts';
import { folderFiles } from '../support/machine/folder-files.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const store = ['--store', `s3://${homeBucket}`];
const served = /serving (http:\/\/127\.0\.0\.1:\d+)\/gatehouse/;

let home: BucketHome;
let synced: CliRun;
beforeAll(async () => {
  home = await bucketHome();
  await home.allow(['campus-notebook']);
  synced = await home.run(['sync', ...store, '--json']);
});
afterAll(() => home[Symbol.asyncDispose]());

const document = (text: string) => parseJson(text, z.record(z.string(), z.unknown()), 'stdout');

/** What was written or deleted in the bucket since there were so many requests. */
const changesSince = (count: number): string[] =>
  home.cloud.requests
    .slice(count)
    .filter(({ operation }) => !/^(?:Get|Head|List)/.test(operation))
    .map(({ operation, key }) => `${operation} ${key}`);

describe('a channel in a bucket', () => {
  it('is filled by sync, and keeps nothing on this machine', async () => {
    expect(synced.status, synced.stderr).toBe(0);
    expect(document(synced.stdout)).toMatchObject({ failed: [], held: [] });
    expect(document(synced.stdout)['fetched']).toHaveLength(6);
    expect(synced.stderr).toContain('proof: 1 of 1 install from this channel alone');
    expect(Object.keys(home.tags('conda/'))).toContain('conda/noarch/repodata.json.zst');
    expect(await readdir(home.path)).toEqual(['allowlist.json']);
    expect(await readdir(home.temporary)).toEqual([]);
  });

  it('is sound: verify and plan find nothing to do', async () => {
    const verified = await home.run(['verify', ...store, '--json']);
    expect(document(verified.stdout)).toMatchObject({
      checked: 27,
      ledger: { entries: 6 },
      problems: [],
      staging: null,
    });
    const planned = await home.run(['plan', ...store, '--json']);
    expect([planned.status, document(planned.stdout)]).toMatchObject([0, { add: [], drop: [], complete: true }]);
  });

  it('stays as it is when it is synced and indexed again', async () => {
    const before = home.tags('');
    const requests = home.cloud.requests.length;
    const again = await home.run(['sync', ...store, '--json']);
    expect(again.status, again.stderr).toBe(0);
    expect(document(again.stdout)['fetched']).toEqual([]);
    const indexed = await home.run(['index', ...store, '--json']);
    expect(document(indexed.stdout)).toMatchObject({ subdirs: { 'linux-64': { changed: false } } });
    expect(home.tags('conda/')).toEqual(
      Object.fromEntries(Object.entries(before).filter(([key]) => key.startsWith('conda/'))),
    );
    expect(
      changesSince(requests).filter((change) => / (?:conda|_gatehouse\/(?:state|control|provenance))\//.test(change)),
    ).toEqual([]);
  });

  it('is served from here, and rattler solves from it', async () => {
    const server = home.start(['serve', ...store, '--port', '0']);
    await server.untilSaid('pixi init');
    const [, url] = served.exec(server.said.stderr) ?? [];
    const script = fileURLToPath(new URL('../support/served/solve-over-http.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, `${url}/gatehouse`, 'campus-notebook']);
    const files = z.array(z.string()).parse(JSON.parse(stdout));
    expect(files).toContain('campus-notebook-2.0.0-pyhd8ed1ab_0.conda');
    for (const file of files) expect(Object.keys(home.tags('conda/')).join()).toContain(`/${file}`);
    expect((await fetch(`${url}/_gatehouse/control/conda/noarch.json`)).status).toBe(404);
    server.child.kill('SIGINT');
    expect((await server.ended).status).toBe(0);
  });

  it('follows its allowlist with up', async () => {
    const server = home.start(['up', ...store, '--port', '0']);
    await server.untilSaid('pixi init');
    server.child.kill('SIGINT');
    expect((await server.ended).status).toBe(0);
    expect(await readdir(home.temporary)).toEqual([]);
  });
});

it('who works on a folder loads no AWS SDK', async () => {
  const loadedBy = async (args: readonly string[]): Promise<string> => {
    await using folder = await temporaryFolder();
    const { status, stderr } = await home.run(args, { NODE_V8_COVERAGE: folder.path });
    expect(status, stderr).toBe(0);
    return Buffer.concat([...(await folderFiles(folder.path)).values()]).toString();
  };
  const bucketLoads = await loadedBy(['plan', ...store]);
  await using folder = await temporaryFolder();
  const folderLoads = await loadedBy(['plan', '--store', folder.path]);
  const [ours, sdk] = ['local/world/open-world.ts', '@aws-sdk/client-s3'];
  expect([ours, sdk].map((name) => bucketLoads.includes(name))).toEqual([true, true]);
  expect([ours, sdk].map((name) => folderLoads.includes(name))).toEqual([true, false]);
});

describe('what does not work says why', () => {
  it.concurrent.each([
    ['no such bucket', ['sync', '--store', 's3://nowhere'], {}, /NoSuchBucket.*\nhint: is the name right\?/],
    [
      'no such bucket to serve',
      ['serve', '--store', 's3://nowhere', '--port', '0'],
      {},
      /NoSuchBucket.*\nhint: is the name/,
    ],
    ['no region', ['index', ...store], { AWS_REGION: undefined }, /Region is missing\nhint: set AWS_REGION/],
    ['an empty region', ['index', ...store], { AWS_REGION: '' }, /Region not accepted.*\nhint: set AWS_REGION/],
    ['no credentials', ['verify', ...store], { AWS_ACCESS_KEY_ID: '' }, /credentials.*\nhint: set AWS_PROFILE, or/],
    [
      'no server',
      ['plan', ...store],
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      /ECONNREFUSED.*\nhint: is the network/,
    ],
  ] as const)('%s', async (_name, args, env, message) => {
    const { status, stderr } = await home.run(args, env);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at |internal\.bug/);
    expect(status).toBe(1);
  });

  it.concurrent('the demo needs a folder', async () => {
    const { status, stderr } = await home.run(['demo', ...store, '--once']);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/in a folder\nhint: leave --store away/)]);
  });
});
