import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { ProjectName } from '../../names/project-name.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { Reason } from '../../releases/release-files.ts';

/** Something that is needed and is not there. */
export interface Lack {
  /** Of the package or project. */
  readonly name: string;
  /** As whoever needs it writes it. */
  readonly text: string;
  /** Who needs it: `acme-tool 1.0`. */
  readonly by: string;
  /** Why it cannot be had, as a sentence fragment that follows it. */
  readonly why: string;
  /** The entry of the allowlist that brings it, in JSON; null where none does. */
  readonly line: string | null;
  /** The conda package that the entry's project is, where it is called otherwise. */
  readonly condaName?: readonly [ProjectName, string];
}

/** Whether something that is offered installs somewhere with one of the two clients, and if not, why not. */
export type Verdict = { readonly installs: true } | { readonly installs: false; readonly reason: Reason };

/** Of what lacks no more is told: a line of a message ends where it is too long, and a hint is one line. */
const maxLacksTold = 5;

/** What the hints depend on. */
type Told = Pick<Allowlist, 'reserved' | 'entries' | 'channels' | 'condaNames'>;

/** Says what lacks, one on a line, and which lines of the allowlist bring it. */
export function tellLacking(client: 'conda' | 'pip', lacks: readonly Lack[], allowlist: Told): Reason {
  const told = lacks.slice(0, maxLacksTold);
  const lines = told.map(({ by, text, why }) => `${by} needs "${text}", ${why}`);
  if (lacks.length > told.length) lines.push(`and ${lacks.length - told.length} more`);
  const hints = [...hintsFor(client, told, allowlist)];
  const reason = { code: 'publish.lacking', detail: [`${client} cannot install it from here:`, ...lines].join('\n') };
  return hints.length === 0 ? reason : { ...reason, hint: hints.join('; ') };
}

function* hintsFor(client: 'conda' | 'pip', lacks: readonly Lack[], allowlist: Told) {
  const own = lacks.filter(({ name }) => isReserved(name, allowlist.reserved));
  if (own.length > 0) yield `publish ${unique(own.map(({ name }) => name))} first, or together with it`;
  const others = lacks.filter((one) => !own.includes(one));
  const named = new Set(allowlist.entries.flatMap((entry) => nameFor(client, entry, allowlist)));
  const said = others.filter(({ name }) => named.has(name));
  if (said.length > 0)
    yield `the allowlist has an entry for ${unique(said.map(({ name }) => name))}: run gatehouse sync, or widen it`;
  const missing = others.filter((one) => !said.includes(one));
  const lines = unique(missing.flatMap(({ line }) => line ?? []));
  const channel = client === 'conda' && allowlist.channels.length === 0 ? 'name a channel in "channels", ' : '';
  if (lines !== '') yield `${channel}add to "packages" in the allowlist, and run gatehouse sync: ${lines}`;
  const names = missing.flatMap(({ condaName }) => (condaName === undefined ? [] : [condaName]));
  if (names.length > 0) yield `with "condaNames": ${JSON.stringify(Object.fromEntries(names))}`;
}

/** What an entry brings for a client: a conda package nothing for pip. */
function nameFor(client: 'conda' | 'pip', entry: Allowlist['entries'][number], { condaNames }: Told): string[] {
  if (entry.kind === 'conda') return client === 'conda' ? [entry.spec.name] : [];
  return [client === 'conda' ? (condaNames.get(entry.name) ?? entry.name) : entry.name];
}

const unique = (texts: readonly string[]): string => [...new Set(texts)].join(', ');
