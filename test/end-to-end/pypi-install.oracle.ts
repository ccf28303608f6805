import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lab, useLab } from '../support/cli/lab.ts';
import { python } from '../support/machine/run-python.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { machinePython, rattlerInstall } from '../support/python/rattler-install.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';
import { serveForTest } from '../support/served/served-stores.ts';

useLab();

const { minor, packages } = await machinePython(python);
const site = `lib/python${minor}/site-packages`;

const demo: ServedFile = {
  fileName: 'demo-1.0-py3-none-any.whl',
  bytes: buildWheel({
    files: {
      'demo/__init__.py': 'import helper\n',
      'demo/cli.py': "import sys\nclass App:\n    def main():\n        print('ran', sys.argv[1:])\n",
      'demo-1.0.data/scripts/plain': "#!python\nimport demo, sys\nprint('script', sys.argv[1:], demo.helper.x)\n",
      'demo-1.0.data/data/share/demo/data.json': '{}',
      'demo-1.0.data/purelib/more.py': '',
    },
    info: { 'entry_points.txt': '[console_scripts]\ntool = demo.cli:App.main [cli]\n', 'licenses/LICENSE': 'MIT' },
    metadata: 'Requires-Dist: Helper[fast]>=1\n',
  }),
};
const helper: ServedFile = {
  fileName: 'helper-1.5-py3-none-any.whl',
  bytes: buildWheel({
    fileName: 'helper-1.5-py3-none-any.whl',
    files: { 'helper.py': 'x = 1\n' },
    metadata: 'Provides-Extra: fast\nRequires-Dist: speed; extra == "fast"\n',
  }),
};
const projects = () => ({
  demo: [demo],
  helper: [helper],
  speed: [{ fileName: 'speed-2.0-py3-none-any.whl', bytes: buildWheel({ fileName: 'speed-2.0-py3-none-any.whl' }) }],
});

describe.each(['.conda', '.tar.bz2'])(
  'packages that were made as %s, solved and linked by rattler from the channel as it is served',
  (packageFormat) => {
    let prefix = '';
    let chosen: string[] = [];
    beforeEach(async () => {
      await lab.publish(packages);
      lab.intercept = serveProjects(projects());
      // The package that is made of this machine's python is a virtual environment.
      const policy = { checks: { 'D3.python-paths': 'dry-run' } };
      const more = { indexes: [`${lab.upstream.url}/simple`], python: [minor], packageFormat, policy };
      const entries = [{ pypi: 'demo', dependencies: 'pypi' }];
      const { problems } = await lab.sync(lab.allowlist(entries, more));
      expect(problems).toEqual([]);
      const url = await serveForTest({ store: lab.world.store });
      chosen = await rattlerInstall(python, [`${url}/conda`], ['demo', 'pip'], lab.store);
      prefix = join(lab.store, 'prefix');
      const made = Object.keys(await lab.index('noarch')).filter((name) => name.includes('-pypi_'));
      expect(made.map((name) => name.endsWith(packageFormat))).toEqual([true, true, true]);
    });

    const run = (name: string, ...args: string[]) => {
      const env = { PATH: process.env['PATH'] ?? '', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
      const { stdout, stderr } = spawnSync(join(prefix, 'bin', name), args, { encoding: 'utf8', env });
      return stdout + stderr;
    };

    it('start their commands and scripts, and Python and pip see what was installed', async () => {
      const versions = [expect.stringMatching(/^pip [\d.]+$/), `python ${minor}.0`];
      expect(chosen).toEqual(['demo 1.0', 'helper 1.5', ...versions, 'speed 2.0']);
      expect(run('tool', 'x')).toBe("ran ['x']\n");
      expect(run('plain', 'a')).toBe("script ['a'] 1\n");
      expect(await readFile(join(prefix, 'share/demo/data.json'), 'utf8')).toBe('{}');
      const listed = run('python', '-m', 'pip', 'list', '--format', 'freeze').trim().split('\n');
      expect(listed).toEqual(['demo==1.0', 'helper==1.5', expect.stringMatching(/^pip==/), 'speed==2.0']);
      expect(run('python', '-m', 'pip', 'check')).toBe('No broken requirements found.\n');
      const asked = `import importlib.metadata as m
for d in sorted(m.distributions(path=['${join(prefix, site)}']), key=lambda d: d.name):
    print(d.name, d.version, d.read_text('INSTALLER').strip(), [str(f) for f in d.files if not f.locate().exists()])`;
      expect(run('python', '-c', asked).trim().split('\n')).toEqual([
        'demo 1.0 conda []',
        'helper 1.5 conda []',
        expect.stringMatching(/^pip [\d.]+ conda \[\]$/),
        'speed 2.0 conda []',
      ]);
    });
  },
);
