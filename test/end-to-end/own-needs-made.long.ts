import { expect, it } from 'vitest';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Plan } from '../../core/documents/plan.ts';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { publishHere } from '../support/publish/publish-here.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheel = (fileName: string, metadata = ''): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata }),
});
const noarch = { subdir: 'noarch' } as const;
const common = [small('python 3.12.1', [], noarch), small('pip 24.0', ['python'], noarch)];

const listing = (entries: readonly unknown[]): Allowlist =>
  lab.allowlist(entries, { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'], reserved: ['acme'] });

/** Who needs the package that is made. */
const made = ({ artifacts }: Plan) => artifacts.flatMap((one) => (one.made ? [[one.record.name, ...one.why]] : []));
const codes = ({ problems }: Plan) => problems.map(({ code, subject }) => `${code} ${subject}`);

it('a published tool that needs what is made for another entry is planned, served and proved, until that entry leaves', async () => {
  await lab.publish(common);
  const decorator = wheel('decorator-5.1-py3-none-any.whl');
  lab.intercept = serveProjects({ decorator: [decorator] });
  const others = [{ pypi: 'decorator ==5.1' }];
  const own = ['acme-tool', { pypi: 'acme-tool' }];
  const all = listing([...own, ...others]);

  const early = await lab.sync(all);
  expect(codes(early.plan)).toEqual([
    'plan.unpublished acme-tool',
    'plan.unpublished pypi:acme-tool',
    'entry.unsolvable acme-tool on linux-64',
  ]);
  expect(made(early.plan)).toEqual([['decorator', 'pypi:decorator ==5.1']]);

  await publishHere([wheel('acme_tool-1.0-py3-none-any.whl', 'Requires-Dist: decorator>=5\n')], all);
  const { plan, problems, proof } = await lab.sync(all);
  expect([problems, made(plan), plan.add]).toEqual([
    [],
    [['decorator', 'acme-tool', 'pypi:acme-tool', 'pypi:decorator ==5.1']],
    [],
  ]);
  expect(proof.proof.entries.map(({ installable }) => installable)).toEqual([true, true, true]);
  expect(await damage()).toEqual([]);
  const again = await lab.sync(all);
  expect([again.problems, again.plan.decisions, again.plan.simple.decisions]).toEqual([[], {}, {}]);

  const without = await lab.sync(listing(own));
  expect([codes(without.plan), made(without.plan)]).toEqual([
    own.map((one) => `entry.unsolvable ${typeof one === 'string' ? one : `pypi:${one.pypi}`} on linux-64`),
    [],
  ]);
  expect(without.plan.problems[0]).toMatchObject({
    detail: expect.stringContaining('decorator >=5'),
    hint: expect.stringContaining('{"pypi":"decorator"}'),
  });
  const back = await lab.sync(all);
  expect([back.problems, made(back.plan).length]).toEqual([[], 1]);
  expect(await damage()).toEqual([]);
});
