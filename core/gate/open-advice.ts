import { type AdvisoriesWorld, openAdvisories } from '../advisories/open-advisories.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { parseProjectName } from '../names/project-name.ts';
import type { Advice } from './advice.ts';
import { isOnThisMachine } from './cool-down.ts';

/** OSV's export of all advisories of PyPI. */
export const defaultAdvisories = 'https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip';

type Sources = Pick<Allowlist, 'policy' | 'channels' | 'indexes' | 'entries'>;

/**
 * The advisories that an allowlist's policy names, by default OSV's. Nobody looks where the policy says `none`, or says nothing
 * and all that is asked is on this machine.
 *
 * @throws GatehouseError `store.*`
 */
export async function openAdvice(allowlist: Sources, world: AdvisoriesWorld): Promise<Advice> {
  const url = allowlist.policy.advisories ?? (isAllHere(allowlist) ? 'none' : defaultAdvisories);
  if (url === 'none') return { status: 'none' };
  const opened = await openAdvisories(url, world);
  if (opened.status === 'stale') return { ...opened, status: 'unreachable', stale: true };
  if (opened.status === 'unreachable') return opened;
  const { asOf, byProject, lost } = opened.advisories;
  const of = (name: string) => {
    const project = parseProjectName(name);
    return project === null ? [] : (byProject.get(project) ?? []);
  };
  return { status: 'known', asOf, lost, of };
}

/** An index is asked for PyPI entries alone, and every allowlist has one. */
function isAllHere({ channels, indexes, entries }: Sources): boolean {
  const asked = entries.flatMap((entry) => (entry.kind === 'conda' ? (entry.channel ?? []) : []));
  const isIndexAsked = entries.some((entry) => entry.kind === 'pypi' && entry.wheel === null);
  return [...channels, ...asked, ...(isIndexAsked ? indexes : [])].every(isOnThisMachine);
}
