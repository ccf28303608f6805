import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishTools } from '../support/cli/own-home.ts';
import { gatehouseIn } from './gatehouse-in.ts';
import { pips, pipUser } from './pip-client.ts';

/** A store whose newest tool is yanked, served, and a user with these clients. */
async function scene() {
  const user = await pipUser({ PIP_CONFIG_FILE: '/dev/null', PIP_NO_CACHE_DIR: '1' });
  const gatehouse = gatehouseIn(user.home);
  await publishTools(user.home, (args) => gatehouse.run(...args));
  const yank = (...args: readonly string[]) =>
    gatehouse.run('yank', 'acme-tool', '2.0', '--allowlist', 'allowlist.json', ...args);
  await yank('--reason', 'loses <data> & "more"');
  const index = `${await gatehouse.serve()}/simple/`;
  const installed = async (folder: string) => {
    const names = await readdir(join(user.home, folder)).catch(() => []);
    return names.filter((name) => name.endsWith('.dist-info')).sort();
  };
  return { user, yank, index, installed };
}

const [one, two] = ['acme_tool-1.0.dist-info', 'acme_tool-2.0.dist-info'];

test('pip and uv pass a yanked release over, take it for a pin and say why, and take it again when it is undone', async () => {
  const { user, yank, index, installed } = await scene();
  const clients = [
    ...pips.map((pip) => [pip, 'install', '--index-url', index, '--target']),
    ['uv', 'pip', 'install', '--default-index', index, '--no-cache', '--target'],
  ];
  for (const [number, command] of clients.entries()) {
    const said = [];
    for (const [folder, spec] of [
      [`a${number}`, 'acme-app'],
      [`b${number}`, 'acme-tool==2.0'],
      [`c${number}`, 'acme-tool==2.*'],
    ] as const) {
      const done = await user.run([...command, folder, spec]);
      said.push([done.status, done.said] as const);
    }
    expect(await installed(`a${number}`), said[0]?.[1]).toContain(one);
    expect([said[1]?.[0], await installed(`b${number}`)], said[1]?.[1]).toEqual([0, [two]]);
    expect(said[1]?.[1]).toContain('loses <data> & "more"');
    expect([said[2]?.[0] === 0, await installed(`c${number}`)]).toEqual([false, []]);
  }
  await yank('--undo');
  for (const [number, command] of clients.entries()) {
    await user.run([...command, `d${number}`, 'acme-tool']);
    expect(await installed(`d${number}`)).toEqual([two]);
  }
});
