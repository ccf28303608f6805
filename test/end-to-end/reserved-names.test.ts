import { describe, expect, it } from 'vitest';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
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

const everywhere = { subdir: 'noarch' } as const;
const pythons = [small('python 3.12.1', [], everywhere), small('pip 24.0', ['python'], everywhere)];

const reserving = (entries: readonly unknown[], more = {}): Allowlist =>
  lab.allowlist(entries, { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'], reserved: ['acme'], ...more });

describe('a name that is reserved', () => {
  it('is of the package that was published, whatever version a channel and an index offer', async () => {
    await lab.publish([...pythons, small('acme-tool 99', [], everywhere), small('acme_tool 99', [], everywhere)]);
    lab.intercept = serveProjects({ 'acme-tool': [wheel('acme_tool-99-py3-none-any.whl')] });
    const allowlist = reserving(['acme-tool', { pypi: 'Acme.Tool' }]);
    await lab.sync(reserving([{ pypi: 'acme-tool' }, 'python']));
    await publishHere({ 'acme_tool-1.0-py3-none-any.whl': wheel('acme_tool-1.0-py3-none-any.whl').bytes }, allowlist);
    const { plan, problems } = await lab.sync(allowlist);
    expect(problems).toEqual([]);
    expect(plan.artifacts.map(({ filename, channel }) => `${filename} ${channel}`)).toEqual([]);
    expect(plan.warnings).toEqual([]);
    expect(await damage()).toEqual([]);
  });
});
