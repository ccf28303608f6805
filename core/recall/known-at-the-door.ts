import { readControl } from '../documents/control.ts';
import type { GateVerdict } from '../documents/gate/verdict.ts';
import { soundProvenance } from '../documents/provenance.ts';
import { soundFileProvenance } from '../documents/simple/file-provenance.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import { fileThatLies, packageThatLies } from '../gate/door/lying-file.ts';
import type { AtTheDoor } from '../gate/gate.ts';
import { versionOfFile } from '../names/release-version.ts';
import type { Store } from '../ports/store.ts';
import type { FileAt, PackageAt } from './served-file.ts';

type Lying = Pick<AtTheDoor, 'bytes' | 'digests'>;

interface Knowing {
  readonly store: Store;
  /** What was found of these bytes before; null when nobody looked. */
  readonly earlier: GateVerdict | null;
}

/**
 * A file that is served, or was, as the gate is asked about it: as it entered, with what upstream says of it since and who needs
 * it. What has no sound provenance is as what was copied in.
 */
export async function knownAtTheDoor(file: PackageAt | FileAt, lying: Lying, knowing: Knowing): Promise<AtTheDoor> {
  const { earlier } = knowing;
  const known = await (file.kind === 'package' ? ofPackage(file, lying, knowing) : ofFile(file, lying, knowing));
  const published = earlier?.published ?? known.published;
  return { ...known, published, projects: earlier?.facts?.projects ?? known.projects, isServed: true };
}

async function ofPackage(file: PackageAt, lying: Lying, { store }: Knowing): Promise<AtTheDoor> {
  const said = (await readControl(store, file.channel, file.subdir)).control.packages[file.filename];
  const entered = await soundProvenance(store, file, lying.digests.sha256);
  const known = packageThatLies(file, entered, lying);
  return { ...known, record: known.record && (said?.record ?? known.record), request: requestOf(said?.why) };
}

async function ofFile(file: FileAt, lying: Lying, { store }: Knowing): Promise<AtTheDoor> {
  const { project, fileName } = file;
  const said = (await readProjectControl(store, project)).control.files[fileName];
  const entered = await soundFileProvenance(store, file, lying.digests.sha256);
  const release = entered?.release ?? versionOfFile(fileName, project) ?? '';
  const known = fileThatLies({ project, fileName, release }, entered, lying);
  return { ...known, yanked: said?.yanked ?? false, request: requestOf(said?.why) };
}

const requestOf = (why: readonly string[] = []): AtTheDoor['request'] => (why.length === 0 ? null : { entries: why });
