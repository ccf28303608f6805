import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

describe('what leaves', () => {
  it('with its entry goes exactly what only it needed; the bytes stay', async () => {
    await lab.publish([
      small('a 1.0', ['shared', 'only-a']),
      small('b 1.0', ['shared']),
      small('shared 1.0'),
      small('only-a 1.0'),
    ]);
    await lab.sync(lab.allowlist(['a', 'b']));
    const report = await lab.sync(lab.allowlist(['b']));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual(['b-1.0-0.conda', 'shared-1.0-0.conda']);
    expect(await lab.removed()).toEqual(['a-1.0-0.conda', 'only-a-1.0-0.conda']);
    expect(await readdir(join(lab.store, 'conda/linux-64'))).toContain('only-a-1.0-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('comes back without a download when its entry does', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.sync(lab.allowlist(['b']));
    const before = lab.upstream.requests.length;
    await lab.sync(lab.allowlist(['a', 'b']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    expect(lab.upstream.requests.slice(before).filter((request) => request.endsWith('.conda'))).toEqual([]);
  });

  it('a partial plan removes nothing', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    lab.intercept = (_request, response) => response.writeHead(500).end();
    const report = await lab.sync(lab.allowlist(['b']));
    lab.intercept = null;
    expect(report.plan.complete).toBe(false);
    expect(report.problems.length).toBeGreaterThan(0);
    expect(await names()).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  });

  it('what a solution left behind stays for 90 days and then goes', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0'), small('a 1.1')]);
    await lab.sync(lab.allowlist(['a']));
    lab.now += 89 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'a-1.1-0.conda']);
    lab.now += 2 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.1-0.conda']);
  });

  it('an entry that stopped solving keeps what it had', async () => {
    await lab.publish([small('a 1.0', ['base']), small('base 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0', ['base'])]);
    lab.now += 365 * day;
    const report = await lab.sync(lab.allowlist(['a']));
    expect(report.problems).toEqual(['entry.unsolvable a on linux-64']);
    expect(await names()).toEqual(['a-1.0-0.conda', 'base-1.0-0.conda']);
    expect(report.proof.proof.entries).toMatchObject([{ entry: 'a', installable: true }]);
  });

  it('a package that a person copied in is indexed and never leaves by itself', async () => {
    await lab.publish([small('a 1.0'), small('mine 1.0')]);
    await mkdir(join(lab.store, 'conda/linux-64'), { recursive: true });
    await copyFile(
      join(lab.upstreamFolder, 'linux-64/mine-1.0-0.conda'),
      join(lab.store, 'conda/linux-64/mine-1.0-0.conda'),
    );
    await lab.sync(lab.allowlist(['a']));
    lab.now += 365 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'mine-1.0-0.conda']);
    expect(await damage()).toEqual([]);
  });
});

describe('retention', () => {
  it('is over in time for an entry that never solves with one of the pythons', async () => {
    const pythons = [small('python 3.11.0'), small('python 3.12.0'), small('pip 24.0', ['python'])];
    const app = small('app 1.0', ['python <3.12']);
    await lab.publish([...pythons, app]);
    const allowlist = () => lab.allowlist(['app'], { python: ['3.11', '3.12'] });
    await lab.sync(allowlist());
    await lab.publish([...pythons, app, small('app 1.1', ['python <3.12'])]);
    await lab.sync(allowlist());
    lab.now += 91 * day;
    await lab.sync(allowlist());
    expect(await names()).not.toContain('app-1.0-0.conda');
  });

  it('a respelled entry is the same entry', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a >=1']));
    await lab.publish([small('a 1.0'), small('a 1.1')]);
    await lab.sync(lab.allowlist(['a >=1']));
    await lab.sync(lab.allowlist(['a>=1']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'a-1.1-0.conda']);
  });

  it('noarch packages wait like all others while some platform has their entry', async () => {
    const pure = (version: string) => small(`pure ${version}`, [], { subdir: 'noarch', noarch: 'generic' });
    await lab.publish([pure('1.0')]);
    await lab.sync(lab.allowlist(['pure']));
    await lab.publish([pure('1.0'), pure('1.1')]);
    await lab.sync(lab.allowlist(['pure']));
    expect(await names('noarch')).toEqual(['pure-1.0-0.conda', 'pure-1.1-0.conda']);
  });

  it('a package that a person copied in stays, though an entry came to need it and left', async () => {
    await lab.publish([small('mine 1.0'), small('b 1.0', ['mine']), small('c 1.0')]);
    await mkdir(join(lab.store, 'conda/linux-64'), { recursive: true });
    await copyFile(
      join(lab.upstreamFolder, 'linux-64/mine-1.0-0.conda'),
      join(lab.store, 'conda/linux-64/mine-1.0-0.conda'),
    );
    await lab.sync(lab.allowlist(['c']));
    await lab.sync(lab.allowlist(['b', 'c']));
    await lab.sync(lab.allowlist(['c']));
    expect(await names()).toEqual(['c-1.0-0.conda', 'mine-1.0-0.conda']);
  });
});
