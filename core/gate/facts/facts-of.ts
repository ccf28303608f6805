import type { GateFacts, ProjectRelease } from '../../documents/gate/verdict.ts';
import { parseJson } from '../../json/json.ts';
import { normalProjectName } from '../../names/normal-project-name.ts';
import type { GateCandidate } from '../check.ts';
import { statedLicense } from '../content/stated-license.ts';
import { scriptsOf } from '../install-code/install-files.ts';
import type { Contents } from '../reading.ts';
import { aboutSchema } from './about-json.ts';
import { blobsOf } from './blobs-of.ts';
import { dependsOf } from './depends-of.ts';
import { hostsOf } from './hosts-of.ts';
import { installedReleases } from './installed-releases.ts';

/** Of each list: what a verdict keeps for later builds to be compared with, and a hostile package cannot make long. */
const maxItems = 200;

/** What is kept of a file: later builds are compared with it, and a sweep goes by it without reading the bytes again. */
export function factsOf(contents: Contents, candidate: GateCandidate): GateFacts {
  const { name, version, source } = candidate;
  return {
    ...{ name, version, source },
    depends: dependsOf(contents, candidate).slice(0, maxItems),
    license: statedLicense(contents),
    maintainers: maintainersOf(contents).slice(0, maxItems),
    unpacked: contents.unpacked,
    scripts: scriptsOf(candidate, contents).slice(0, maxItems),
    natives: [...contents.members.values()].filter(({ machine }) => machine !== null && machine !== 'wasm').length,
    blobs: blobsOf(contents).slice(0, maxItems),
    hosts: hostsOf(contents).slice(0, maxItems),
    projects: projectsOf(contents, candidate).slice(0, maxItems),
    ...(candidate.attestations != null && { attested: true }),
  };
}

/** Those who keep its recipe, as conda-build and rattler-build write them. */
function maintainersOf({ texts }: Contents): string[] {
  const about = texts.get('info/about.json');
  if (about === undefined) return [];
  try {
    return parseJson(Buffer.from(about).toString(), aboutSchema, 'info/about.json').extra['recipe-maintainers'];
  } catch {
    // Nobody installs by it.
    return [];
  }
}

/** By what it is or was made of, else by what it installs; a mapping's word counts where there is none of these. */
function projectsOf(contents: Contents, { kind, name, version, projects }: GateCandidate): ProjectRelease[] {
  if (kind !== 'package') return [{ project: normalProjectName(name), version, by: 'itself' }];
  const made = projects.filter(({ by }) => by !== 'mapping' && by !== 'dist-info');
  const known = new Set(made.map(({ project }) => project));
  const installed = installedReleases(contents).filter(({ project }) => !known.has(project));
  const own = [...made, ...installed];
  return own.length > 0 ? own : [...projects];
}
