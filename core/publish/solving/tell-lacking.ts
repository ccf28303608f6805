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

/** Of what lacks no more is told. */
const maxLacksTold = 10;

/** Says what lacks, and which lines of the allowlist bring it. */
export function tellLacking(
  client: 'conda' | 'pip',
  lacks: readonly Lack[],
  allowlist: Pick<Allowlist, 'reserved' | 'entries'>,
): Reason {
  const told = lacks.slice(0, maxLacksTold);
  const detail = told.map(({ by, text, why }) => `${by} needs "${text}", ${why}`).join('; ');
  const hints = [...hintsFor(told, allowlist)];
  const reason = { code: 'publish.lacking', detail: `${client} cannot install it from here: ${detail}` };
  return hints.length === 0 ? reason : { ...reason, hint: hints.join('; ') };
}

function* hintsFor(lacks: readonly Lack[], { reserved, entries }: Pick<Allowlist, 'reserved' | 'entries'>) {
  const own = lacks.filter(({ name }) => isReserved(name, reserved));
  if (own.length > 0) yield `publish ${unique(own.map(({ name }) => name))} first, or together with it`;
  const others = lacks.filter((one) => !own.includes(one));
  const said = others.filter(({ name }) => entries.some((entry) => nameIn(entry) === name));
  if (said.length > 0)
    yield `the allowlist has an entry for ${unique(said.map(({ name }) => name))}: run gatehouse sync, or widen it`;
  const missing = others.filter((one) => !said.includes(one));
  const lines = unique(missing.flatMap(({ line }) => line ?? []));
  if (lines !== '') yield `add to "packages" in the allowlist, and run gatehouse sync: ${lines}`;
  const names = missing.flatMap(({ condaName }) => (condaName === undefined ? [] : [condaName]));
  if (names.length > 0) yield `with "condaNames": ${JSON.stringify(Object.fromEntries(names))}`;
}

const nameIn = (entry: Allowlist['entries'][number]): string => (entry.kind === 'pypi' ? entry.name : entry.spec.name);

const unique = (texts: readonly string[]): string => [...new Set(texts)].join(', ');
