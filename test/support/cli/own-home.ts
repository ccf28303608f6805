import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildWheel } from '../python/build-wheel.ts';
import type { CliRun } from './run-cli.ts';

/** An allowlist whose organisation has the name `acme`, and needs nobody. */
export const ownAllowlistText = JSON.stringify({
  ...{ channels: [], mapping: 'none', platforms: ['linux-64'], reserved: ['acme'] },
  packages: [{ pypi: 'acme-app' }],
});

export const toolFile = (version: string): string => `acme_tool-${version}-py3-none-any.whl`;

/**
 * Publishes two releases of a tool, and an app that needs it, from a folder.
 *
 * @param run a command line in that folder, with its store
 */
export async function publishTools(folder: string, run: (args: readonly string[]) => Promise<CliRun>): Promise<void> {
  const wheels = new Map([
    [toolFile('1.0'), { 'acme_tool.py': 'made = 1\n' }],
    [toolFile('2.0'), { 'acme_tool.py': 'made = 2\n' }],
  ]);
  for (const [fileName, files] of wheels) await writeFile(join(folder, fileName), buildWheel({ fileName, files }));
  const app = 'acme_app-1.0-py3-none-any.whl';
  const metadata = 'Requires-Dist: acme-tool\n';
  await writeFile(join(folder, app), buildWheel({ fileName: app, metadata, files: { 'acme_app.py': '' } }));
  await writeFile(join(folder, 'allowlist.json'), ownAllowlistText);
  const done = await run(['publish', '--allowlist', 'allowlist.json', ...wheels.keys(), app]);
  if (done.status !== 0) throw new Error(done.stderr);
}
