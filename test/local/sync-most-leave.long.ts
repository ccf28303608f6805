import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sync } from '../../local/pipeline/sync.ts';
import { lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { storeDigests } from '../support/machine/folder-files.ts';

useLab();

const packages = ['a', 'b', 'c', 'd'];
const run = (entries: readonly string[], options = {}) => sync(lab.allowlist(entries), lab.world, () => {}, options);

async function synced(): Promise<void> {
  await lab.publish(packages.map((name) => small(`${name} 1.0`)));
  await run(packages);
}

describe('a sync after which less than half would be served', () => {
  it('of half or fewer is an edit like any other', async () => {
    await synced();
    expect((await run(['a', 'b'])).plan.drop).toHaveLength(2);
    expect(await names()).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  });

  it('changes nothing, and names what would leave; with yes it goes', async () => {
    await synced();
    const before = await storeDigests(lab.store);
    await expect(run(['d'], { written: Buffer.from('another') })).rejects.toMatchObject({
      code: 'sync.most-leave',
      message: expect.stringMatching(
        /^3 of the 4 packages .* nothing was changed:\n {2}linux-64\/a-1.0-0.conda\n {2}linux-64\/b-1.0-0.conda\n {2}linux-64\/c-1.0-0.conda$/,
      ),
      hint: expect.stringContaining('gatehouse sync --yes'),
    });
    expect(await storeDigests(lab.store)).toEqual(before);
    await run(['d'], { yes: true });
    expect(await names()).toEqual(['d-1.0-0.conda']);
  });

  it('is held too when everything would go, and when a platform is given up', async () => {
    await synced();
    await expect(run([])).rejects.toMatchObject({ code: 'sync.most-leave' });
    const windows = lab.allowlist([], { platforms: ['win-64'] });
    await expect(sync(windows, lab.world, () => {})).rejects.toMatchObject({ code: 'sync.most-leave' });
    expect(await names()).toHaveLength(4);
  });

  it('names twenty of many', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `p${10 + i}`);
    await lab.publish(many.map((name) => small(`${name} 1.0`)));
    await run(many);
    await expect(run(['p10'])).rejects.toMatchObject({
      message: expect.stringMatching(/p30-1.0-0.conda\n {2}and 9 more$/),
    });
  });

  it('is held where the state is lost, which tells how many are served', async () => {
    await synced();
    await rm(join(lab.store, '_gatehouse/state'), { recursive: true });
    await expect(run(['a', 'b', 'c'])).rejects.toMatchObject({
      code: 'sync.most-leave',
      message: expect.stringMatching(/^1 packages that are served/),
      hint: expect.stringContaining('gatehouse index'),
    });
  });

  it('a plan that is not complete takes nothing out, and is not held', async () => {
    await synced();
    lab.intercept = (_request, response) => response.writeHead(500).end();
    expect((await run(['d'])).plan.complete).toBe(false);
    lab.intercept = null;
    expect(await names()).toHaveLength(4);
  });
});
