import type { ProjectName } from '../names/project-name.ts';
import { isSameVersion } from '../names/release-version.ts';
import { parseSdistFileName } from '../names/sdist-file-name.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { filesIn } from '../simple/files-in.ts';
import type { Publication } from './publication.ts';

/**
 * That a file of the release is there which differs by the spelling of its name alone: `Acme.Tool-1.0` is `acme_tool-1.0.0`.
 * Under another name it would be a second one of what never changes, and pip takes either.
 */
export async function otherSpelling(publication: Publication, target: Store): Promise<Problem | null> {
  if (publication.kind === 'package') return null;
  const { project, fileName } = publication.provenance;
  const own = meaningOf(fileName, project);
  for (const { fileName: other, file } of await filesIn(project, target)) {
    if (file === null || other === fileName || !isSame(own, meaningOf(other, project))) continue;
    return {
      code: 'publish.other-spelling',
      subject: fileName,
      detail: `${other} is there, and is the same file by another name`,
      hint: 'what was published never changes: raise the version, build it again, and publish that',
    };
  }
  return null;
}

interface Meaning {
  readonly version: string;
  /** A wheel's build number and tags, in any order of theirs; a source distribution's format. */
  readonly form: string;
}

function meaningOf(fileName: string, project: ProjectName): Meaning | null {
  const parsed = parseWheelFileName(fileName);
  if (!parsed.ok) {
    const sdist = parseSdistFileName(fileName, project);
    return sdist && { version: sdist.version.text, form: sdist.format };
  }
  const { version, build, pythons, abis, platforms } = parsed.wheel;
  const tags = [pythons, abis, platforms].map((set) => set.toSorted().join('.'));
  return { version: version.text, form: [build?.number, build?.rest, ...tags].join('-') };
}

const isSame = (a: Meaning | null, b: Meaning | null): boolean =>
  a !== null && b !== null && a.form === b.form && isSameVersion(a.version, b.version);
