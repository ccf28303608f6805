import { expect, it } from 'vitest';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { serveProjects } from '../support/python/serve-projects.ts';

useLab();

it.each(['>=3.9,<3.12', '~=3.11.0', '==3.11.*', '!=3.12.*'])(
  'an upper bound lets no release candidate in: %s',
  async (versions) => {
    const packages = ['3.11.9', '3.12.0b1', '3.12.0rc1', '3.12.0'].map((version) => small(`packagea ${version}`));
    const purls = { purls: ['pkg:pypi/packagea'] };
    await lab.publish(
      [small('python 3.12.1'), small('pip 24.0', ['python']), ...packages],
      Object.fromEntries(packages.map(({ version }) => [`packagea-${version}-0.conda`, purls])),
    );
    const fileName = 'consumer-1.0-py3-none-any.whl';
    const bytes = buildWheel({ fileName, metadata: `Requires-Dist: packagea${versions}\n` });
    lab.intercept = serveProjects({ consumer: [{ fileName, bytes }] });
    const more = { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'] };
    const { plan, problems } = await lab.sync(lab.allowlist([{ pypi: 'consumer' }], more));
    expect(problems).toEqual([]);
    const chosen = plan.artifacts.filter(({ record }) => record.name === 'packagea');
    expect(chosen.map(({ record }) => record.version)).toEqual(['3.11.9']);
  },
);
