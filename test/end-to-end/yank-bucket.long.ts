import { expect, it } from 'vitest';
import { publishTools } from '../support/cli/own-home.ts';
import { bucketHome, homeBucket } from '../support/cloud/bucket-home.ts';

it('yanks in a bucket, writes no more than control and what is made of it, and takes it back', async () => {
  await using home = await bucketHome();
  const run = (args: readonly string[]) => home.run([...args, '--store', `s3://${homeBucket}`]);
  await publishTools(home.path, run);
  const before = home.tags('');
  const yanked = await run(['yank', 'acme-tool', '2.0', '--reason', 'loses data', '--allowlist', 'allowlist.json']);
  expect(yanked.status, yanked.stderr).toBe(0);
  const after = home.tags('');
  const written = Object.keys(after).filter((key) => after[key] !== before[key] && !key.includes('/state/'));
  const indexFiles = ['current_repodata.json', 'repodata.json', 'repodata.json.zst', 'run_exports.json'];
  const expected = [
    ...['_gatehouse/control/conda/noarch.json', '_gatehouse/control/simple/acme-tool.json', 'conda/channeldata.json'],
    ...indexFiles.map((name) => `conda/noarch/${name}`),
    ...['simple/acme-tool/index.html', 'simple/acme-tool/index.json'],
  ];
  expect(written.filter((key) => !expected.includes(key))).toEqual([]);
  expect(Object.keys(before).filter((key) => !(key in after))).toEqual([]);
  const verified = await run(['verify']);
  expect([verified.status, verified.stderr]).toEqual([0, expect.stringContaining(' 0 problems')]);
  const undone = await run(['yank', 'acme-tool', '2.0', '--undo', '--allowlist', 'allowlist.json']);
  expect(undone.stdout).toContain('its index lists it again');
  const pages = (tags: Record<string, string>) => Object.entries(tags).filter(([key]) => key.startsWith('simple/'));
  expect(pages(home.tags(''))).toEqual(pages(before));
});
