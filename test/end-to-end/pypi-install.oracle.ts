import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { startDigests } from '../../core/names/digest.ts';
import { packageNameSchema } from '../../core/names/package-name.ts';
import { bytesSource } from '../../core/ports/byte-source.ts';
import { convertWheel } from '../../core/wheel/convert-wheel.ts';
import { readWheel } from '../../core/wheel/read-wheel.ts';
import type { PackageFile } from '../../local/sample/build-package.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { python, runPython } from '../support/machine/run-python.ts';
import { joined } from '../support/packages/refusal.ts';
import { buildWheel, wheelName } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';
import { serveForTest } from '../support/served/served-stores.ts';

useLab();

/** py-rattler solves from a channel, and links what it chose into a prefix. */
const script = `
import asyncio, json, os, sys
from rattler import Gateway, solve, install
async def main(url, specs, folder):
    gateway = Gateway(cache_dir=folder + '/repodata')
    records = await solve([url], specs, gateway=gateway, platforms=['linux-64', 'noarch'])
    await install(records, folder + '/prefix', cache_dir=folder + '/packages', show_progress=False)
    print(json.dumps(sorted(f'{r.name.source} {r.version}' for r in records)))
asyncio.run(main(*json.loads(sys.argv[1])))
# Threads of rattler's may still run: a Python that ended beside them was once killed by a signal, without a word.
sys.stdout.flush()
os._exit(0)
`;

const [facts = ''] = runPython(
  `import json, os, sys; print(json.dumps([os.path.realpath(sys.executable), '%d.%d' % sys.version_info[:2]]))`,
  [],
);
const [realPython = '', minor = ''] = [...facts.matchAll(/"([^"]+)"/g)].map(([, text]) => text ?? '');
const site = `lib/python${minor}/site-packages`;

/** A python of a channel that runs the one that the tests run, with a prefix of its own as in a virtual environment. */
const interpreter = () =>
  small(`python ${minor}.0`, [], {
    files: [
      ...['bin/python', `bin/python${minor}`].map((path) => ({
        path,
        mode: 0o755,
        content: `#!/bin/bash\nprefix=$(cd "$(dirname "$0")/.." && pwd)\nexec -a "$prefix/bin/python" "${realPython}" "$@"\n`,
      })),
      { path: 'pyvenv.cfg', content: `home = ${dirname(realPython)}\ninclude-system-site-packages = false\n` },
    ],
  });

/** The real pip, converted: a channel must have one for python. */
async function realPip(): Promise<PackageFile> {
  const folder = process.env['GATEHOUSE_WHEELS'] ?? '../shared/clients';
  const fileName = readdirSync(folder).find((name) => /^pip-[\d.]+-py3-none-any\.whl$/.test(name));
  if (fileName === undefined) throw new Error(`no pip among the wheels of ${folder}: set GATEHOUSE_WHEELS`);
  const wheel = await readWheel(bytesSource(readFileSync(join(folder, fileName))), wheelName(fileName));
  const build = {
    name: packageNameSchema.parse('pip'),
    build: '0',
    depends: ['python'],
    timestamp: Date.UTC(2026, 0, 1),
  };
  const made = await convertWheel(wheel, build);
  const bytes = await joined(made.open());
  const digests = startDigests();
  digests.update(bytes);
  return { subdir: 'noarch', filename: made.fileName, index: made.index, digests: digests.finish(), bytes };
}

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
    let chosen = '';
    beforeEach(async () => {
      await lab.publish([interpreter(), await realPip()]);
      lab.intercept = serveProjects(projects());
      const more = { indexes: [`${lab.upstream.url}/simple`], python: [minor], packageFormat };
      const entries = [{ pypi: 'demo', dependencies: 'pypi' }];
      const { problems } = await lab.sync(lab.allowlist(entries, more));
      expect(problems).toEqual([]);
      const url = await serveForTest({ store: lab.world.store });
      // Not at once: this process is the server.
      const asked = JSON.stringify([`${url}/conda`, ['demo', 'pip'], lab.store]);
      ({ stdout: chosen } = await promisify(execFile)(python, ['-c', script, asked], { timeout: 60_000 }));
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
      expect(chosen).toMatch(/"demo 1\.0", "helper 1\.5", "pip [\d.]+", "python [\d.]+", "speed 2\.0"/);
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
