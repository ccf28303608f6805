import { spawnSync } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compressBzip2 } from '../../../adapters/compress-bzip2/compress-bzip2.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import type { Packing } from '../../../core/package/pack-package.ts';
import { convertWheel } from '../../../core/wheel/convert-wheel.ts';
import { buildPackage, incompressibleBytes } from '../../../local/sample/build-package.ts';
import { python, runPython } from '../../support/machine/run-python.ts';
import { joined } from '../../support/packages/refusal.ts';
import { readBuilt } from '../../support/python/build-wheel.ts';

/** py-rattler links packages, by records that are their own account of themselves, into a prefix. */
const script = `
import asyncio, json, os, pathlib, sys
from rattler import PackageRecord, RepoDataRecord, install
for line in sys.stdin:
    folder, names = json.loads(line)
    channel = pathlib.Path(folder).as_uri()
    records = []
    for name in names:
        record = PackageRecord.from_index_json(pathlib.Path(folder, name + '.json'))
        records.append(RepoDataRecord(record, name, channel + '/' + name, channel))
    prefix, cache = os.path.join(folder, 'prefix'), os.path.join(folder, 'cache')
    asyncio.run(install(records, prefix, cache_dir=cache, show_progress=False))
    print(json.dumps('linked'))
# Threads of rattler's may still run: a Python that ended beside them was once killed by a signal, without a word.
sys.stdout.flush()
os._exit(0)
`;

const say = (word: string) => `import sys\nprint('${word}', sys.argv[1:], sys.flags.no_user_site)\n`;
/** Of more than one bzip2 block. */
const noise = incompressibleBytes('noise', 720_000);
const files = {
  'demo/__init__.py': say('imported').replace(', sys.argv[1:], sys.flags.no_user_site', ''),
  'demo/cli.py': `${say('loaded')}class App:\n    def main():\n        print('ran')\n`,
  'demo-1.0.data/scripts/plain': `#!python\n${say('script')}`,
  'demo-1.0.data/scripts/strict': `#!python -s\n${say('script')}`,
  'demo-1.0.data/data/share/demo/data.json': '{}',
  'demo-1.0.data/data/share/demo/noise': noise,
};
const info = {
  'entry_points.txt': '[console_scripts]\ntool = demo.cli:App.main [cli]\n',
  'licenses/LICENSE': 'MIT',
};

/** Looks like a python package of a channel, and runs the one that the tests run. */
const wrapper = (site: string) =>
  `#!/bin/sh\nprefix=$(cd "$(dirname "$0")/.." && pwd)\nPYTHONPATH="$prefix/${site}" exec "${realPython()}" "$@"\n`;
const realPython = () =>
  runPython('import json, sys\nprint(json.dumps(sys.executable))', [])[0]?.slice(1, -1) ?? python;

it.each<Packing>([{ format: '.conda' }, { format: '.tar.bz2', bzip2: compressBzip2 }])(
  'makes a $format that rattler links, whose commands and scripts start, and that Python finds',
  async (packing) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
    const at = (...path: string[]) => join(folder.path, ...path);
    const site = 'lib/python3.11/site-packages';
    const interpreter = await buildPackage({
      ...{ name: 'python', version: '3.11.0', build: '0', subdir: 'linux-64', format: '.conda' },
      files: ['bin/python', 'bin/python3.11'].map((path) => ({ path, content: wrapper(site), mode: 0o755 })),
    });
    const build = { depends: ['python'], build: 'py_0', timestamp: Date.UTC(2026, 0, 1) };
    const name = packageNameSchema.parse('demo');
    const made = await convertWheel(await readBuilt({ files, info }), { ...build, name }, packing);
    await writeFile(at(interpreter.filename), interpreter.bytes);
    await writeFile(at(`${interpreter.filename}.json`), JSON.stringify(interpreter.index));
    await writeFile(at(made.fileName), await joined(made.open()));
    await writeFile(at(`${made.fileName}.json`), JSON.stringify(made.index));
    expect(runPython(script, [[folder.path, [interpreter.filename, made.fileName]]])).toEqual(['"linked"']);

    const run = (name: string, ...args: string[]) => {
      const { stdout, stderr } = spawnSync(at('prefix/bin', name), args, { encoding: 'utf8' });
      return stdout + stderr;
    };
    expect(run('tool', 'x')).toBe("imported\nloaded ['x'] 0\nran\n");
    expect(run('plain', 'a', 'b')).toBe("script ['a', 'b'] 0\n");
    expect(run('strict', 'a')).toBe("script ['a'] 1\n");
    expect(await readFile(at('prefix/share/demo/data.json'), 'utf8')).toBe('{}');
    expect((await readFile(at('prefix/share/demo/noise'))).equals(noise)).toBe(true);
    const asked = `import importlib.metadata as m\nd = m.distribution('demo')\nprint(d.version, d.read_text('INSTALLER'))
print([str(f) for f in d.files if not f.locate().exists()], [e.name for e in d.entry_points])`;
    expect(run('python', '-c', asked)).toBe("1.0 conda\n\n[] ['tool']\n");
  },
);
