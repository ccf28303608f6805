import { describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../local/sample/build-package.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import {
  conda,
  havePython,
  keptOut,
  listed,
  publicPlaces,
  publishOwn,
  syncBeside,
} from '../support/gate-tables/refused-input.ts';
import { soundConda } from '../support/packages/sound-package.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

describe('a hold', () => {
  useLab();
  const policy = { checks: { B4: 'enforce' } };

  it('of a dependency that the build before had not says which it is: B4', async () => {
    expect((await syncBeside([small('demo 1.0', ['sound'])], { policy })).problems).toEqual([]);
    const newer = [small('demo 1.0', ['sound']), small('demo 1.1', ['sound', 'sneaky']), small('sneaky 1.0')];
    const report = await syncBeside(newer, { policy });
    expect(report.held).toMatchObject([
      { subject: 'linux-64/demo-1.1-0.conda', detail: expect.stringMatching(/^B4\.new-dep: .*\+sneaky/) },
    ]);
    expect(await names()).toContain('demo-1.0-0.conda');
    expect(await names()).not.toContain('demo-1.1-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('of a link script is not ended by time: D1', async () => {
    const bytes = soundConda({ payload: [{ name: 'bin/.other-post-link.sh', data: 'echo\n' }] });
    await syncBeside([listed(conda, bytes)]);
    lab.now += 1000 * day;
    const later = await syncBeside([listed(conda, bytes)]);
    expect(later.problems).toContain('entry.unsolvable demo on linux-64');
    expect(await publicPlaces(bytes)).toEqual([]);
  });

  const pth = (line: string) => soundConda({ payload: [{ name: 'lib/python3.12/site-packages/x.pth', data: line }] });
  const waiverIn = (hint = ''): object => ({
    ...JSON.parse(/(\{"check":.*\})/.exec(hint)?.[1] ?? ''),
    expires: '2026-12-31',
  });

  it('of a .pth ends with the waiver of that very file, and of no other byte: D3, in a sync', async () => {
    const report = await syncBeside([listed(conda, pth('import os; os.getcwd()\n'))]);
    const waivers = [waiverIn(report.held[0]?.hint)];
    expect((await syncBeside([listed(conda, pth('import os; os.getcwd()\n'))], { waivers })).problems).toEqual([]);
    expect(await names()).toContain(conda);
    await using other = await import('../support/cli/start-lab.ts').then(({ startLab }) => startLab());
    await other.publish([listed(conda, pth('import os; os.getcwd() \n'))]);
    const changed = await other.sync(other.allowlist(['demo'], { waivers }));
    expect(keptOut(changed)).toEqual([`linux-64/${conda} D3.import`]);
    expect(Object.keys(await other.index())).toEqual([]);
  });

  it('is not spared what passed as something else: an activation script that comes again as a .pth', async () => {
    const data = 'import os\n';
    const first = soundConda({ payload: [{ name: 'etc/conda/activate.d/x.sh', data }] });
    expect((await syncBeside([listed(conda, first)])).problems).toEqual([]);
    const again = (name: string): PackageSpec => small('demo 2.0', [], { files: [{ path: name, content: data }] });
    const report = await syncBeside([listed(conda, first), again('lib/python3.12/site-packages/x.pth')]);
    expect(keptOut(report)).toEqual(['linux-64/demo-2.0-0.conda D3.import']);
    expect(await names()).not.toContain('demo-2.0-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('of a .pth ends with the waiver of that very file, and of no other byte: F7, in publishing', async () => {
    await havePython();
    const wheel = (line: string) => ({
      'demo-1.0-py3-none-any.whl': buildWheel({ files: { 'demo.py': '', 'x.pth': line } }),
    });
    const first = await publishOwn(wheel('import os; os.getcwd()\n'));
    const codes = first.problems.map(({ detail }) => detail.split(':', 1)[0]);
    expect(codes).toContain('F7.import');
    const waivers = first.problems.map(({ hint }) => waiverIn(hint));
    expect((await publishOwn(wheel('import os; os.getcwd() \n'), { waivers })).problems).not.toEqual([]);
    expect((await publishOwn(wheel('import os; os.getcwd()\n'), { waivers })).problems).toEqual([]);
    expect(await damage()).toEqual([]);
  });
});
