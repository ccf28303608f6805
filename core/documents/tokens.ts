import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { tokensKey } from '../layout/keys.ts';
import { type Sha256, sha256Of, sha256Schema } from '../names/digest.ts';
import { normalProjectName } from '../names/normal-project-name.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { isDamaged, type JsonObject, readJsonObject } from '../store/read-json-object.ts';
import { updateJson } from '../store/update-json.ts';

/** One that may publish over HTTP. Its secret is random and long, so that a plain hash of it gives nothing away. */
const tokenSchema = z.strictObject({
  /** By which people know it; provenance names it. */
  name: z.string(),
  scope: z.literal('publish'),
  /** As `parseNamePattern` gives them. */
  names: z.array(z.string()),
  /** Of the secret. */
  sha256: sha256Schema,
  /** Milliseconds since the epoch. */
  created: z.number(),
});
export type Token = z.infer<typeof tokenSchema>;

const tokensSchema = z.strictObject({ version: z.literal(1), tokens: z.array(tokenSchema) });
type Tokens = z.infer<typeof tokensSchema>;

const none: Tokens = { version: 1, tokens: [] };

/** Damaged, they come from nowhere else, and `index --rebuild` does not bring them back as it does other documents. */
async function readDocument(store: Store): Promise<JsonObject<Tokens> | null> {
  try {
    return await readJsonObject(store, tokensKey, tokensSchema);
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    const hint = 'put it back from a backup, or delete it and create the tokens anew';
    throw new GatehouseError(cause.code, cause.message, { hint, cause });
  }
}

/**
 * The tokens of a store, in order of name.
 *
 * @throws GatehouseError `json.invalid` when they are damaged: then nobody may publish with one
 */
export async function readTokens(store: Store): Promise<readonly Token[]> {
  return (await readDocument(store))?.value.tokens ?? none.tokens;
}

interface TokenWorld {
  readonly store: Store;
  readonly clock: Clock;
}

/** @throws GatehouseError `usage.invalid` when there is one of this name */
export async function addToken({ store, clock }: TokenWorld, token: Omit<Token, 'created'>): Promise<void> {
  await change({ store, clock }, (tokens) => {
    if (tokens.some(({ name }) => name === token.name)) throw taken(token.name);
    const all = [...tokens, { ...token, created: clock.now() }];
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** @throws GatehouseError `usage.invalid` when there is none of this name */
export async function revokeToken(world: TokenWorld, name: string): Promise<void> {
  await change(world, (tokens) => {
    if (tokens.every((token) => token.name !== name)) throw unknown(name, tokens);
    return tokens.filter((token) => token.name !== name);
  });
}

async function change(world: TokenWorld, next: (tokens: readonly Token[]) => Token[]): Promise<void> {
  const document = { key: tokensKey, read: () => readDocument(world.store) };
  await updateJson<Tokens, null>(world, document, (now) => ({ version: 1, tokens: next((now ?? none).tokens) }));
}

const taken = (name: string): GatehouseError =>
  new GatehouseError('usage.invalid', `there is a token "${name}" already`, {
    hint: `choose another name, or gatehouse token revoke ${name} first`,
  });

function unknown(name: string, tokens: readonly Token[]): GatehouseError {
  const names = tokens.map((token) => token.name).join(', ');
  const hint = names === '' ? 'there are no tokens' : `the tokens are ${names}`;
  return new GatehouseError('usage.invalid', `there is no token "${name}"`, { hint });
}

/** The token whose secret this is, or null. All are compared, and in a time that tells nothing of them. */
export function tokenOf(tokens: readonly Token[], secret: string): Token | null {
  const given = Buffer.from(sha256Of(secret));
  const same = ({ sha256 }: { sha256: Sha256 }) => timingSafeEqual(Buffer.from(sha256), given);
  return tokens.filter(same)[0] ?? null;
}

/**
 * Which names a token is for: `acme` is that name alone, `acme-*` all below it, by the rule of reserved names, and `*` all
 * that may be published at all. Null when it is none of these.
 */
export function parseNamePattern(text: string): string | null {
  if (text === '*') return text;
  return /^[a-z\d](?:[a-z\d._-]*[a-z\d])?(?:[._-]+\*)?$/i.test(text) ? normalProjectName(text) : null;
}

/** Whether a token is for a name of a project or of a conda package, which are held against it alike. */
export function isForName({ names }: Pick<Token, 'names'>, name: string): boolean {
  const normal = normalProjectName(name);
  return names.some((pattern) => {
    if (pattern === '*' || pattern === normal) return true;
    const above = pattern.replace(/-\*$/, '');
    return above !== pattern && above !== normal && isReserved(normal, [above]);
  });
}
