import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { buildWheel } from '../python/build-wheel.ts';
import type { CliRun } from './run-cli.ts';
import { small } from './start-lab.ts';

export const toolFile = (version: string): string => `acme_tool-${version}-py3-none-any.whl`;

/**
 * Publishes two releases of a tool, and an app that needs it, from a folder, to a store that has python. `allowlist.json`
 * has an entry for the app.
 *
 * @param run a command line in that folder, with its store
 */
export async function publishTools(folder: string, run: (args: readonly string[]) => Promise<CliRun>): Promise<void> {
  const upstream = join(folder, 'upstream');
  await buildChannel(upstream, [small('python 3.12.1'), small('pip 24.0', ['python >=3.8'])], { forms: ['json'] });
  const allow = (packages: readonly unknown[]) => {
    const here = { channels: [pathToFileURL(upstream).href], mapping: 'none', policy: { advisories: 'none' } };
    const top = { ...here, platforms: ['linux-64'] };
    const text = JSON.stringify({ ...top, python: ['3.12'], reserved: ['acme'], packages });
    return writeFile(join(folder, 'allowlist.json'), text);
  };
  const wheels = {
    [toolFile('1.0')]: { files: { 'acme_tool.py': 'made = 1\n' } },
    [toolFile('2.0')]: { files: { 'acme_tool.py': 'made = 2\n' } },
    'acme_app-1.0-py3-none-any.whl': { metadata: 'Requires-Dist: acme-tool\n', files: { 'acme_app.py': '' } },
  };
  for (const [fileName, raw] of Object.entries(wheels)) {
    await writeFile(join(folder, fileName), buildWheel({ fileName, ...raw }));
  }
  await allow(['python', 'pip']);
  for (const args of [['sync'], ['publish', ...Object.keys(wheels)]]) {
    const { status, stderr } = await run(args);
    if (status !== 0) throw new Error(stderr);
  }
  await allow(['python', 'pip', { pypi: 'acme-app' }]);
}
