import { randomBytes } from 'node:crypto';
import { addToken, parseNamePattern, readTokens, revokeToken, type Token } from '../../core/documents/tokens.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { jsonText } from '../render/json-text.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, type ExitStatus, exitStatus, type Flags, type Invocation } from './command.ts';

export const tokenCommand: Command = {
  name: 'token',
  summary: 'give out, list and revoke tokens by which others upload to gatehouse serve',
  operands: 'create NAME | list | revoke NAME',
  beginsStore: true,
  options: { scope: { type: 'string' }, names: { type: 'string' } },
  optionHelp: [
    '--scope publish    what a new token is good for; to publish is all there is',
    "--names LIST       what it may publish, with commas: acme is that name, 'acme-*' all below it, '*' all reserved names",
  ],
  examples: [
    [
      "gatehouse token create ci --scope publish --names 'acme-*'",
      'its secret on stdout, this once; only its hash is kept',
    ],
    ['gatehouse token list', 'their names, what each may publish, and since when'],
    ['gatehouse token revoke ci', 'from the next upload on'],
  ],
  run(invocation) {
    const [action, ...names] = invocation.operands;
    if (action === 'create') return create(tokenName(names), invocation);
    if (action === 'revoke') return revoke(tokenName(names), invocation);
    if (action === 'list' && names.length === 0) return list(invocation);
    const line = ['gatehouse token', ...invocation.operands].join(' ');
    throw invalid(
      action === undefined ? `${line} needs create, list or revoke` : `${line} is no command`,
      `gatehouse token ${tokenCommand.operands}`,
    );
  },
};

async function create(name: string, { store, json, flags, terminal }: Invocation): Promise<ExitStatus> {
  const names = namesFlag(flags);
  const { scope } = flags;
  if (scope !== 'publish') {
    throw invalid(scope === undefined ? 'a token needs a scope' : `--scope is "${scope}"`, 'write --scope publish');
  }
  // GitHub's and others' scanners for secrets know such by what they begin with.
  const secret = `gatehouse_${randomBytes(32).toString('base64url')}`;
  await using world = openWorld(store);
  await addToken(world, { name, scope: 'publish', names, sha256: sha256Of(secret) });
  terminal.out(json ? `${jsonText({ name, names, secret })}\n` : `${secret}\n`);
  terminal.err(`the token ${name} is above, and is shown this once: give it to an uploader as its password\n`);
  return exitStatus.done;
}

async function revoke(name: string, { store, json, terminal }: Invocation): Promise<ExitStatus> {
  await using world = openWorld(store);
  await revokeToken(world, name);
  if (json) terminal.out(`${jsonText({ name, revoked: true })}\n`);
  terminal.err(`the token ${name} is good for nothing any more\n`);
  return exitStatus.done;
}

async function list({ store, json, terminal }: Invocation): Promise<ExitStatus> {
  await using world = openWorld(store);
  const tokens = await readTokens(world.store);
  const shown = tokens.map(({ name, scope, names, created }) => ({ name, scope, names, created: dayOf(created) }));
  terminal.out(json ? `${jsonText(shown)}\n` : shown.map(lineOf).join(''));
  if (tokens.length === 0) terminal.err('there are no tokens, and gatehouse serve takes no uploads\n');
  return exitStatus.done;
}

const dayOf = (created: number): string => new Date(created).toISOString();

const lineOf = ({ name, names, created }: Pick<Token, 'name' | 'names'> & { created: string }): string =>
  `${name}  may publish ${names.join(', ')}  since ${created.slice(0, 10)}\n`;

/** By which a token is known in lists and in the provenance of what was published with it. */
function tokenName([name = '', ...more]: readonly string[]): string {
  if (more.length === 0 && /^[a-z\d][a-z\d._-]{0,63}$/i.test(name)) return name;
  throw invalid(`"${[name, ...more].join(' ')}" is no name of a token`, 'write up to 64 letters, digits, ., _ and -');
}

function namesFlag({ names }: Flags): string[] {
  if (names === undefined) throw invalid('a token needs names that it may publish', "write --names 'acme,acme-*'");
  return String(names)
    .split(',')
    .map((text) => {
      const pattern = parseNamePattern(text.trim());
      if (pattern !== null) return pattern;
      throw invalid(`--names has "${text}"`, "write a name, a name with -* behind it, or '*' for all reserved names");
    });
}

const invalid = (message: string, hint: string): GatehouseError =>
  new GatehouseError('usage.invalid', message, { hint });
