import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { readTokens, tokenOf } from '../../core/documents/tokens.ts';
import { runCommand } from '../../local/commands/run-command.ts';
import { commands } from '../../local/main.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

async function scene() {
  const folder = await temporaryFolder();
  const run = async (...argv: string[]) => {
    const terminal = fakeTerminal();
    const line = ['token', ...argv, '--store', folder.path];
    const status = await runCommand(line, { commands, terminal, untilInterrupted: async () => {} });
    return { status, ...terminal.said };
  };
  const tokens = () => readTokens(folderStore(folder.path));
  const damage = () => writeFile(join(folder.path, '_gatehouse/tokens.json'), '{');
  return { run, tokens, damage, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

const toPublish = ['--scope', 'publish', '--names', 'Acme, acme-*'];

describe('gatehouse token', () => {
  it('gives a secret once, on stdout alone, and lists and revokes without it', async () => {
    await using lab = await scene();
    const created = await lab.run('create', 'ci', ...toPublish);
    expect(created).toMatchObject({ status: 0, out: expect.stringMatching(/^gatehouse_[\w-]{43}\n$/) });
    const secret = created.out.trim();
    expect(created.err).not.toContain(secret);
    expect(tokenOf(await lab.tokens(), secret)).toMatchObject({ name: 'ci', names: ['acme', 'acme-*'] });
    const day = new Date().toISOString().slice(0, 10);
    expect(await lab.run('list')).toEqual({ status: 0, out: `ci  may publish acme, acme-*  since ${day}\n`, err: '' });
    const [listed] = JSON.parse((await lab.run('list', '--json')).out);
    expect(listed).toEqual({ name: 'ci', scope: 'publish', names: ['acme', 'acme-*'], created: expect.any(String) });
    expect(await lab.run('revoke', 'ci')).toMatchObject({ status: 0, out: '' });
    expect(await lab.tokens()).toEqual([]);
    expect(await lab.run('list')).toMatchObject({ status: 0, out: '', err: expect.stringContaining('no uploads') });
  });

  it('answers programs in JSON, whatever it was told to do', async () => {
    await using lab = await scene();
    const json = async (...argv: string[]) => JSON.parse((await lab.run(...argv, '--json')).out);
    expect(await json('create', 'ci', ...toPublish)).toEqual({
      name: 'ci',
      names: ['acme', 'acme-*'],
      secret: expect.stringMatching(/^gatehouse_/),
    });
    expect(await json('list')).toMatchObject([{ name: 'ci' }]);
    expect(await json('revoke', 'ci')).toEqual({ name: 'ci', revoked: true });
    expect(await json('list')).toEqual([]);
  });

  it('says how tokens come back that were damaged', async () => {
    await using lab = await scene();
    await lab.run('create', 'ci', ...toPublish);
    await lab.damage();
    for (const argv of [['list'], ['revoke', 'ci'], ['create', 'b', ...toPublish]]) {
      expect(await lab.run(...argv)).toMatchObject({ status: 1, err: expect.stringContaining('hint: put it back') });
    }
  });

  it.each([
    [[], /gatehouse token needs create, list or revoke\nhint: gatehouse token create NAME \| list \| revoke NAME/],
    [['crate', 'ci'], /token crate ci is no command/],
    [['list', 'ci'], /is no command/],
    [['create', ...toPublish], /"" is no name of a token/],
    [['create', 'a', 'b', ...toPublish], /"a b" is no name/],
    [['create', '../ci', ...toPublish], /is no name/],
    [['create', 'ci', '--names', 'acme'], /needs a scope\nhint: write --scope publish/],
    [['create', 'ci', '--scope', 'read', '--names', 'acme'], /--scope is "read"\nhint: write --scope publish/],
    [['create', 'ci', '--scope', 'publish'], /needs names/],
    [['create', 'ci', '--scope', 'publish', '--names', 'acme,ac*me'], /--names has "ac\*me"/],
    [['revoke', 'ci'], /no token "ci"\nhint: there are no tokens/],
  ])('%j is wrong usage, and changes nothing', async (argv, said) => {
    await using lab = await scene();
    expect(await lab.run(...argv)).toEqual({ status: 2, out: '', err: expect.stringMatching(said) });
    expect(await lab.tokens()).toEqual([]);
  });
});
