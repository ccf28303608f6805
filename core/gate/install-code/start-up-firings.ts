import { shown } from '../../archive/finding.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { GateCheckWorld, Subject } from '../check.ts';
import { installFiles } from './install-files.ts';
import type { InstallRole } from './install-places.ts';
import { saidUnlessKnown } from './said-unless-known.ts';

/** How a file of this role has its say whenever Python starts. */
const doings = {
  import: 'has a line that Python runs whenever it starts',
  start: 'names what Python 3.15 and later call whenever they start',
  customize: 'is imported whenever Python starts',
  'customize-elsewhere': 'is imported whenever Python starts with its folder among those where it looks for modules',
  shim: "is what setuptools' own start-up file imports, and this is not setuptools",
  'python-paths': 'says where Python finds its modules',
  unread: 'is a link, or too large to be read, where Python looks for code to run whenever it starts',
};

type StartUpRole = keyof typeof doings;
const isStartUp = (role: InstallRole): role is StartUpRole => Object.hasOwn(doings, role);

/**
 * What of a package or wheel runs at the start of Python: the attack of LiteLLM 1.82.8 (PYSEC-2026-2). Path-only `.pth`
 * files and those of setuptools are none.
 */
export function startUpFirings(
  subject: Subject,
  world: GateCheckWorld,
  codes: Readonly<Record<StartUpRole, string>>,
): Promise<Firing[]> {
  const files = subject.reading.status === 'read' ? installFiles(subject, subject.reading.contents) : [];
  const said = files.flatMap(({ role, ...file }) => (isStartUp(role) ? [{ ...file, role }] : []));
  return saidUnlessKnown(said, { ...world, check: 'D3' }, ({ role, path }) => ({
    code: codes[role],
    detail: `${shown(path)} ${doings[role]}`,
    verdict: role === 'customize-elsewhere' ? 'warn' : 'hold',
  }));
}
