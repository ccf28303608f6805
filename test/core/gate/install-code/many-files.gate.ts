import { expect, it } from 'vitest';
import { installFiles } from '../../../../core/gate/install-code/install-files.ts';
import { contentsOf } from '../../../support/gate/small-subject.ts';

const owner = { kind: 'package', name: 'demo' } as const;
const site = 'lib/python3.12/site-packages';

/** Processor time in milliseconds: others may keep the machine busy. */
function costOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1000;
}

it('asks of 20,000 files that are called alike what the package has once', () => {
  const files = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`share/${at}/sitecustomize.py`, '']));
  const contents = contentsOf(files);
  expect(costOf(() => installFiles(owner, contents))).toBeLessThan(2000);
  expect(installFiles(owner, contents)).toHaveLength(20_000);
});

it('asks for native modules of 2,000 lines of a namespace once', () => {
  const line =
    "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('goo',));ie = os.path.exists(os.path.join(p,'__init__.py'));m = not ie and sys.modules.setdefault('goo', types.ModuleType('goo'));mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n";
  const others = Array.from({ length: 20_000 }, (_, at) => [`${site}/x/${at}.py`, '']);
  const contents = contentsOf({ ...Object.fromEntries(others), [`${site}/x-nspkg.pth`]: line.repeat(2000) });
  expect(costOf(() => installFiles(owner, contents))).toBeLessThan(2000);
  expect(installFiles(owner, contents)).toEqual([]);
});
