import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startDigests } from '../../../core/names/digest.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { convertWheel } from '../../../core/wheel/convert-wheel.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import type { PackageFile, PackageSpec } from '../../../local/sample/build-package.ts';
import { small } from '../cli/start-lab.ts';
import { joined } from '../packages/refusal.ts';
import { wheelName } from './build-wheel.ts';

const script = `
import asyncio, json, os, sys
from rattler import Gateway, solve, install
async def main(channels, specs, folder):
    gateway = Gateway(cache_dir=folder + '/repodata')
    records = await solve(channels, specs, gateway=gateway, platforms=['linux-64', 'noarch'])
    await install(records, folder + '/prefix', cache_dir=folder + '/packages', show_progress=False)
    print(json.dumps(sorted(f'{r.name.source} {r.version}' for r in records)))
asyncio.run(main(*json.loads(sys.argv[1])))
# Threads of rattler's may still run: a Python that ended beside them was once killed by a signal, without a word.
sys.stdout.flush()
os._exit(0)
`;

/**
 * Has py-rattler solve from channels, the first before the others, and link what it chose into `prefix` of a folder.
 *
 * @param python a program that has py-rattler
 * @returns `name version` of each package, in order
 * @throws with what rattler says where that is not to be had
 */
export async function rattlerInstall(
  python: string,
  channels: readonly string[],
  specs: readonly string[],
  folder: string,
): Promise<string[]> {
  const asked = JSON.stringify([channels, specs, folder]);
  // Not at once: this process may be the server.
  const { stdout } = await promisify(execFile)(python, ['-c', script, asked], { timeout: 60_000 });
  return JSON.parse(stdout);
}

/** The two packages of a channel that installs what is for Python: an interpreter that runs a Python of this machine, and pip. */
export async function machinePython(python: string): Promise<{ minor: string; packages: [PackageSpec, PackageFile] }> {
  const asked = 'import os, sys; print(os.path.realpath(sys.executable), "%d.%d" % sys.version_info[:2])';
  const [real = '', minor = ''] = execFileSync(python, ['-c', asked], { encoding: 'utf8' }).trim().split(' ');
  return { minor, packages: [interpreter(real, minor), await realPip()] };
}

/** With a prefix of its own, as in a virtual environment. */
const interpreter = (real: string, minor: string): PackageSpec =>
  small(`python ${minor}.0`, [], {
    files: [
      ...['bin/python', `bin/python${minor}`].map((path) => ({
        path,
        mode: 0o755,
        content: `#!/bin/bash\nprefix=$(cd "$(dirname "$0")/.." && pwd)\nexec -a "$prefix/bin/python" "${real}" "$@"\n`,
      })),
      { path: 'pyvenv.cfg', content: `home = ${dirname(real)}\ninclude-system-site-packages = false\n` },
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
