import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishTools } from '../support/cli/own-home.ts';
import { gatehouseIn } from './gatehouse-in.ts';
import { pips, pipUser } from './pip-client.ts';

test('pip and uv get nothing of a release that was recalled, not by its pin either, until that ends', async () => {
  const user = await pipUser({ PIP_CONFIG_FILE: '/dev/null', PIP_NO_CACHE_DIR: '1' });
  const gatehouse = gatehouseIn(user.home);
  await publishTools(user.home, (args) => gatehouse.run(...args));
  const recall = (...args: readonly string[]) =>
    gatehouse.run('recall', 'acme-tool', '2.0', '--allowlist', 'allowlist.json', ...args);
  await recall('--reason', 'leaks its key');
  const index = `${await gatehouse.serve()}/simple/`;
  const installed = async (folder: string) => {
    const names = await readdir(join(user.home, folder)).catch(() => []);
    return names.filter((name) => name.endsWith('.dist-info')).sort();
  };
  const clients = [
    ...pips.map((pip) => [pip, 'install', '--index-url', index, '--target']),
    ['uv', 'pip', 'install', '--default-index', index, '--no-cache', '--target'],
  ];
  for (const [number, command] of clients.entries()) {
    await user.run([...command, `a${number}`, 'acme-tool']);
    expect(await installed(`a${number}`)).toEqual(['acme_tool-1.0.dist-info']);
    const { status } = await user.run([...command, `b${number}`, 'acme-tool==2.0']);
    expect([status === 0, await installed(`b${number}`)]).toEqual([false, []]);
  }
  await recall('--undo');
  for (const [number, command] of clients.entries()) {
    await user.run([...command, `c${number}`, 'acme-tool']);
    expect(await installed(`c${number}`)).toEqual(['acme_tool-2.0.dist-info']);
  }
});
