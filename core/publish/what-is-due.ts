import { type Provenance, soundProvenance, wheelOf } from '../documents/provenance.ts';
import { packageKey, provenanceFolder } from '../layout/keys.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import { parsePackageFileName } from '../names/package-file-name.ts';
import { noarch } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { madeBuild } from '../releases/made-record.ts';
import type { MakeWorld } from './package-of-wheel.ts';
import type { PackagePublication, Publication, WheelPublication } from './publication.ts';
import { placeOf } from './publication-place.ts';

/** A wheel, and what is still to be found out of the conda packages that it becomes. */
export interface WheelDue {
  readonly wheel: WheelPublication;
  /** Whether it is not published yet. */
  readonly isFresh: boolean;
  /** Whether it is to be solved: what it becomes is not known, or what comes with it is not published yet. */
  readonly isOpen: boolean;
  /** The packages that it became in staging, with which it is promoted. */
  readonly comes: readonly PackagePublication[];
  /** What was written down of packages that were made of it where it is published, and lack their bytes: one was cut off. */
  readonly unfinished: readonly Provenance[];
  /** The same of those that are there. */
  readonly finished: readonly Provenance[];
}

export interface Due {
  readonly wheels: readonly WheelDue[];
  /** Packages that were given as they are, and are not published yet. */
  readonly given: readonly PackagePublication[];
}

/** Sorts out what of that which comes is published already, in a part of the store, and what is left to do for it. */
export async function whatIsDue(publications: readonly Publication[], world: MakeWorld): Promise<Due> {
  const { target } = world;
  const packages = publications.filter((one) => one.kind === 'package');
  const wheels: WheelDue[] = [];
  for (const wheel of publications.filter((one) => one.kind === 'wheel')) {
    wheels.push(await wheelDue(wheel, packages.filter(isMadeOf(wheel)), world));
  }
  const alone = packages.filter((one) => !wheels.some(({ wheel }) => isMadeOf(wheel)(one)));
  const there = await Promise.all(alone.map((one) => isThere(one, target)));
  return { wheels, given: alone.filter((_, at) => there[at] === false) };
}

const isMadeOf =
  ({ digests }: WheelPublication) =>
  ({ provenance }: PackagePublication): boolean =>
    wheelOf(provenance)?.sha256 === digests.sha256;

const isThere = async (publication: Publication, target: Store): Promise<boolean> =>
  (await target.get(placeOf(publication).key)) !== null;

async function wheelDue(
  wheel: WheelPublication,
  comes: readonly PackagePublication[],
  { target, allowlist }: MakeWorld,
): Promise<WheelDue> {
  const isFresh = !(await isThere(wheel, target));
  if (isFresh || comes.length > 0) {
    const there = await Promise.all(comes.map((one) => isThere(one, target)));
    return { wheel, comes, isFresh, isOpen: isFresh || there.includes(false), unfinished: [], finished: [] };
  }
  const { project } = wheel.provenance;
  const known = await knownPackages(wheel, target, [project, allowlist.condaNames.get(project) ?? project]);
  const lies = await Promise.all(
    known.map(({ subdir, filename }) => target.get(packageKey('conda', subdir, filename))),
  );
  return {
    wheel,
    comes,
    isFresh,
    isOpen: known.length === 0,
    unfinished: known.filter((_, at) => lies[at] === null),
    finished: known.filter((_, at) => lies[at] !== null),
  };
}

/**
 * What was written down of the conda packages that were made of a wheel, whether or not their bytes are there yet. A wheel
 * becomes packages once: what they need was worked out by what the channel had then.
 *
 * @param part of the store, in which the wheel lies
 * @param names that the project has in conda, or had
 */
async function knownPackages(
  { provenance }: WheelPublication,
  part: Store,
  names: Iterable<string>,
): Promise<Provenance[]> {
  const folder = provenanceFolder('conda', noarch);
  const found: Provenance[] = [];
  for (const name of new Set(names)) {
    for await (const { key } of part.list(`${folder}${name}-${provenance.release}-${madeBuild}`)) {
      const [fileName = '', written = ''] = key.slice(folder.length).split('/');
      const filename = parsePackageFileName(fileName);
      const sha256 = sha256Schema.safeParse(written.replace(/\.json$/, '')).data;
      // Of a damaged one, which may be of any wheel, `gatehouse index` tells.
      const known =
        filename && sha256 && (await soundProvenance(part, { channel: 'conda', subdir: noarch, filename }, sha256));
      if (known && isPackageOf(known, provenance.sha256)) found.push(known);
    }
  }
  return found;
}

/** Of a wheel that upstream had brought before it was published a plan made the package. */
function isPackageOf(known: Provenance, wheel: Sha256): boolean {
  const { origin } = known;
  return wheelOf(known)?.sha256 === wheel || (origin.type === 'made' && origin.sha256 === wheel);
}
