import { describe, expect, it } from 'vitest';
import { openedKey } from '../../core/layout/gate-keys.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { missionAllowlist, modelCondaForge, yesterday } from '../support/gate/day-zero.ts';

useLab();

const dayZero = yesterday + day;
const stems = async (subdir: string) => (await names(subdir)).map((name) => name.replace(/-[^-]+$/, ''));

describe('the first sync of the five entries that the channel is for', () => {
  it('installs all of them on day 0 with what is old enough, and on day 7 what was new then', async () => {
    await modelCondaForge();
    lab.now = dayZero;
    const first = await lab.sync(missionAllowlist());
    expect(first.plan.problems).toEqual([]);
    expect(first.held).toEqual([]);
    expect(first.proof.proof.entries.every(({ installable }) => installable)).toBe(true);
    expect(await stems('win-64')).toEqual(expect.arrayContaining(['openssl-1.1.1', 'spyder-5.0.4', 'orange3-3.29.3']));
    expect(await stems('noarch')).toEqual(expect.arrayContaining(['certifi-2022.1', 'networkx-1.10']));
    expect(first.plan.waiting).toEqual([
      expect.objectContaining({ id: 'linux-64/openssl-3.5.4-0.conda', code: 'C2.young', until: yesterday + 7 * day }),
      expect.objectContaining({ id: 'noarch/certifi-2026.11-0.conda', code: 'C2.young', until: yesterday + 7 * day }),
      expect.objectContaining({ id: 'win-64/openssl-3.5.4-0.conda', code: 'C2.young', until: yesterday + 7 * day }),
    ]);
    // The Menu file is no news in what a channel began with: it is told, and kept in the verdict.
    expect(await lab.world.store.get(openedKey)).not.toBeNull();
    // A server is asked about each file once, and about none whose index says it.
    const asked = lab.upstream.requests.filter((request) => request.includes('certifi-2026.11'));
    expect(asked).toEqual([]);

    lab.now = yesterday + 7 * day - 1;
    const before = await lab.sync(missionAllowlist());
    expect([before.plan.add, before.plan.waiting.length]).toEqual([[], 3]);

    lab.now = yesterday + 7 * day;
    const later = await lab.sync(missionAllowlist());
    expect(later.problems).toEqual([]);
    expect(later.plan.waiting).toEqual([]);
    const taken = ['linux-64/openssl-3.5.4-0.conda', 'noarch/certifi-2026.11-0.conda', 'win-64/openssl-3.5.4-0.conda'];
    expect(later.plan.add).toEqual(taken);
    expect(await damage()).toEqual([]);
  });
});
