import { type AdvisoriesWorld, openAdvisories } from '../advisories/open-advisories.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { keepMapping, type Mapping, readKeptMapping } from '../documents/kept-mapping.ts';
import { parseProjectName } from '../names/project-name.ts';
import type { DocumentCache } from '../ports/cache.ts';
import { GatehouseError } from '../problems/error.ts';
import { openMapping } from '../releases/name-evidence.ts';
import type { Advice } from './advice.ts';
import { isOnThisMachine } from './cool-down.ts';

/** OSV's export of all advisories of PyPI. */
const defaultAdvisories = 'https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip';

type Sources = Pick<Allowlist, 'policy' | 'channels' | 'indexes' | 'entries' | 'mapping'>;

interface AdviceWorld extends AdvisoriesWorld {
  /** Null for those who go by the mapping that was kept, without asking for it. */
  readonly cache: DocumentCache | null;
}

/**
 * The advisories that an allowlist's policy names, by default OSV's. Nobody looks where the policy says `none`, or says nothing
 * and all that is asked is on this machine. What was read is kept in the store, for those who come after.
 *
 * @throws GatehouseError `store.*`
 */
export async function openAdvice(allowlist: Sources, world: AdviceWorld): Promise<Advice> {
  const url = advisoriesOf(allowlist);
  if (url === 'none') return { status: 'none' };
  const opened = await openAdvisories(url, world);
  if (opened.status === 'unreachable') return opened;
  const { asOf, byProject } = opened.advisories;
  const mapping = allowlist.mapping === null ? {} : await readMapping(allowlist.mapping, world);
  const mapped = (name: string) => (Object.hasOwn(mapping, name) ? [mapping[name] ?? []].flat() : []);
  const of = (name: string) => {
    const project = parseProjectName(name);
    return project === null ? [] : (byProject.get(project) ?? []);
  };
  return { status: 'known', asOf, of, mapped };
}

/** Where an allowlist has advisories looked for: a URL, or `none`. */
export const advisoriesOf = (allowlist: Sources): string =>
  allowlist.policy.advisories ?? (isAllHere(allowlist) ? 'none' : defaultAdvisories);

/**
 * Which projects conda packages are. Where nobody can say, packages are `unknown` until they are read: what they install says
 * so then, and better.
 */
async function readMapping(url: string, { cache, ...world }: AdviceWorld): Promise<Mapping> {
  if (cache === null) return (await readKeptMapping(world.store, url)) ?? {};
  try {
    const { written, warning } = await openMapping(url, { ...world, cache });
    if (warning === null) await keepMapping(world.store, url, written).catch(unlessDenied);
    return written;
  } catch (error) {
    if (error instanceof GatehouseError && !error.code.startsWith('store.')) return {};
    throw error;
  }
}

/** Who may publish to a bucket, and no more, keeps nothing there: those who come after read it themselves. */
function unlessDenied(error: unknown): void {
  if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
}

/** An index is asked for PyPI entries alone, and every allowlist has one. */
function isAllHere({ channels, indexes, entries }: Sources): boolean {
  const asked = entries.flatMap((entry) => (entry.kind === 'conda' ? (entry.channel ?? []) : []));
  const isIndexAsked = entries.some((entry) => entry.kind === 'pypi' && entry.wheel === null);
  return [...channels, ...asked, ...(isIndexAsked ? indexes : [])].every(isOnThisMachine);
}
