import { z } from 'zod';
import { simpleFileId } from '../documents/simple/simple-plan.ts';
import { parseJson } from '../json/json.ts';
import { type ObjectKey, projectControlKey, projectPageKey, simpleFileKey } from '../layout/keys.ts';
import { digestStream } from '../names/digest.ts';
import { type DistributionFileName, distributionFileNameSchema } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import { tellingOf } from '../problems/problem.ts';
import type { KeptPages, Shown } from '../simple/keep-pages.ts';
import { keptProject } from '../simple/kept-project.ts';
import { keptRoot } from '../simple/kept-root.ts';
import type { ListedFile } from '../simple/project-state.ts';
import { projectsIn } from '../simple/projects-in.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { simpleStrays } from '../store/simple-strays.ts';
import { collectStrays } from '../store/strays.ts';
import type { Damage, VerifyReport } from './damage.ts';
import { holds } from './served-bytes.ts';
import { type VerifiedFiles, type VerifyFilesWorld, verifyFiles } from './verify-files.ts';
import { verifyListed } from './verify-listed.ts';
import type { VerifiedVerdicts } from './verify-verdicts.ts';

export interface VerifyProjectsWorld extends VerifyFilesWorld {
  readonly verdicts: Pick<VerifiedVerdicts, 'verdicts'>;
}

/**
 * Reads every object of the pip index again; compares files with what entered, the metadata beside each wheel with its own, and
 * both forms of every page with what control, provenance and bytes say.
 */
export async function verifyProjects(world: VerifyProjectsWorld): Promise<VerifyReport> {
  const strays = collectStrays(simpleStrays);
  let checked = 0;
  const problems: Damage[] = [];
  const known: { project: ProjectName; hasFiles: boolean | null }[] = [];
  for (const project of await projectsIn(world.store, strays)) {
    const verified = await verifyProject(project, world);
    checked += verified.checked;
    problems.push(...verified.problems);
    known.push({ project, hasFiles: verified.hasFiles });
  }
  // What is made of all projects is known only where what each of them must say is known.
  const withFiles = known.filter(({ hasFiles }) => hasFiles).map(({ project }) => project);
  const root = known.every(({ hasFiles }) => hasFiles !== null)
    ? await comparePages(keptRoot(world.store, []), { content: withFiles }, world.store)
    : { checked: 0, problems: [] };
  const others = strays
    .found()
    .map(({ subject, ...telling }): Damage => ({ code: 'verify.stray', key: subject, ...telling }));
  return { checked: checked + root.checked, problems: [...problems, ...root.problems, ...others] };
}

interface VerifiedProject extends VerifyReport {
  /** Whether the list of projects must have it; null when that is not known. */
  readonly hasFiles: boolean | null;
}

async function verifyProject(project: ProjectName, world: VerifyProjectsWorld): Promise<VerifiedProject> {
  const stored = await verifyFiles(project, world);
  const kept = keptProject(project, {
    ...world,
    gate: null,
    digestsOf: async (object) => stored.digests.get(object.key) ?? (await digestStream(chunksOf(object))),
  });
  const looked = await kept.look(null).catch((error: unknown) => {
    if (isDamaged(error)) return error;
    throw error;
  });
  const checked = stored.digests.size;
  if (looked instanceof Error) {
    const damage: Damage = { code: 'verify.control', key: projectControlKey(project), ...tellingOf(looked) };
    return { checked, problems: [...stored.problems, damage], hasFiles: null };
  }
  const strays = looked.problems.filter(({ code }) => code === 'index.stray');
  const told = strays.map(({ subject, ...telling }): Damage => ({ ...telling, code: 'verify.stray', key: subject }));
  const { content: files, quarantined } = looked;
  const pages = await verifyPages(kept, { project, files, quarantined, stored }, world);
  return {
    checked: checked + pages.checked,
    problems: [...stored.problems, ...pages.problems, ...told],
    hasFiles: stored.damaged.size > 0 ? null : looked.content.length > 0,
  };
}

interface Expected {
  readonly project: ProjectName;
  /** What the pages must list. */
  readonly files: readonly ListedFile[];
  readonly quarantined: string | undefined;
  readonly stored: VerifiedFiles;
}

/**
 * What the page in JSON lists that it must not, and the other way round, by file; then the bytes of both. Of a file that
 * is damaged only that is told, and then no page can be compared whole.
 */
async function verifyPages(
  kept: KeptPages<ListedFile[]>,
  expected: Expected,
  { store, verdicts }: VerifyProjectsWorld,
): Promise<VerifyReport> {
  const listed = await listedOn(projectPageKey(expected.project, 'index.json'), store);
  const unjudged = verifyListed(namedBytesOf(listed ?? [], expected), verdicts);
  const differing = listed === null ? [] : [...unjudged, ...differences(listed, expected)];
  if (expected.stored.damaged.size > 0 || differing.length > 0) return { checked: 1, problems: differing };
  return comparePages(kept, { ...expected, content: [...expected.files] }, store);
}

/** Those whose bytes are there, and are what entered. */
const namedBytesOf = (listed: readonly DistributionFileName[], { project, stored }: Expected) =>
  listed.flatMap((fileName) => {
    const key = simpleFileKey(project, fileName);
    const digests = stored.damaged.has(fileName) ? undefined : stored.digests.get(key);
    return digests === undefined ? [] : [{ key, id: simpleFileId({ project, fileName }), sha256: digests.sha256 }];
  });

function differences(listed: readonly DistributionFileName[], { project, files, stored }: Expected): Damage[] {
  const expected = files.map(({ fileName }) => fileName);
  const found = (code: Damage['code'], fileNames: readonly DistributionFileName[], detail: string) =>
    fileNames
      .filter((fileName) => !stored.damaged.has(fileName))
      .map((fileName) => ({ code, key: simpleFileKey(project, fileName), detail }));
  const extra = listed.filter((fileName) => !expected.includes(fileName));
  const [gone, there] = [
    extra.filter((fileName) => !stored.stored.has(fileName)),
    extra.filter((fileName) => stored.stored.has(fileName)),
  ];
  return [
    ...found('verify.missing', gone, 'is on the page and not in the store'),
    ...found('verify.withdrawn', there, 'is on the page and must not be'),
    ...found(
      'verify.unindexed',
      expected.filter((fileName) => !listed.includes(fileName)),
      'is in the store and not on the page',
    ),
  ];
}

const pageSchema = z.object({ files: z.array(z.object({ filename: distributionFileNameSchema })) });

/** The files that a page in JSON lists, none where it is not there; null when it cannot be read. */
async function listedOn(key: ObjectKey, store: Store): Promise<DistributionFileName[] | null> {
  const object = await store.read(key);
  if (object === null) return [];
  try {
    const { files } = parseJson(Buffer.from(object.bytes).toString('utf8'), pageSchema, key);
    return files.map(({ filename }) => filename);
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

/** Both forms are there and are these bytes; neither need be there where nothing ever was. */
async function comparePages<T>(
  kept: KeptPages<T>,
  { content, quarantined }: Shown<T>,
  store: Store,
): Promise<VerifyReport> {
  const objects = await Promise.all(kept.pages.map(({ key }) => store.get(key)));
  const never = kept.isEmpty(content) && objects.every((object) => object === null);
  if (never && (await store.get(kept.stateKey)) === null) return { checked: 0, problems: [] };
  const problems: Damage[] = [];
  for (const [i, { key, text }] of kept.pages.entries()) {
    const object = objects[i] ?? null;
    if (object === null) problems.push({ code: 'verify.index-missing', key, detail: 'does not exist' });
    else if (!(await holds(object, Buffer.from(text(content, quarantined)))))
      problems.push({ code: 'verify.index-form', key, detail: 'is not what files, provenance and control give' });
  }
  return { checked: kept.pages.length, problems };
}
