import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { buildSampleChannel } from '../../local/sample/sample-channel.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { openBucket } from '../support/cloud/aws-places.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { awsClients } from './aws-clients.ts';

const { s3, destroy } = awsClients();
afterAll(destroy);

const verifiedSchema = z.looseObject({ checked: z.number(), ledger: z.looseObject({ entries: z.number() }) });
const document = (text: string) => parseJson(text, z.record(z.string(), z.unknown()), 'stdout');

it('the command line keeps a sound channel in a bucket, however many work on it at once', async () => {
  await using folder = await temporaryFolder();
  await using bucket = await openBucket(s3);
  const [home, upstream] = [join(folder.path, 'home'), join(folder.path, 'upstream')];
  await mkdir(home);
  await buildSampleChannel(upstream);
  const allowlist = {
    channels: [pathToFileURL(upstream).href],
    platforms: ['linux-64'],
    packages: ['campus-notebook'],
  };
  await writeFile(join(home, 'allowlist.json'), JSON.stringify(allowlist));
  const run = (command: string) => runCli([command, '--store', `s3://${bucket.name}`, '--json'], { cwd: home });
  const first = await Promise.all([run('sync'), run('sync')]);
  for (const { status, stderr } of first) expect(status, stderr).toBe(0);
  for (const { status, stderr } of await Promise.all([run('index'), run('index')])) expect(status, stderr).toBe(0);
  const again = await run('sync');
  expect(document(again.stdout)).toMatchObject({ fetched: [], failed: [], plan: { add: [] } });
  const { stdout } = await run('verify');
  const { checked, ledger, ...rest } = parseJson(stdout, verifiedSchema, 'stdout');
  expect(rest).toMatchObject({ problems: [], staging: null });
  // Of each file: one entry of the sync that writes its verdict. If the other has begun to judge it by then, two more: its own, before it
  // loses the write, and one of what is there, so that the ledger ends with that (`layDecided`). Whoever comes later finds a verdict
  // that passes, and adds none: an index asks for no other, and the last sync brings nothing.
  expect(checked - ledger.entries).toBe(21);
  expect(ledger.entries).toBeGreaterThanOrEqual(6);
  expect(ledger.entries).toBeLessThanOrEqual(18);
});
