import { type SimpleFile, simpleFileSchema } from '../../../core/documents/simple/simple-plan.ts';
import { simpleFileKey, simpleMetadataKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { fetchFile } from '../../../core/steps/fetch-file.ts';
import type { MemoryStore } from '../../twins/store-memory.ts';
import { fetchScene } from '../upstream/fetch-scene.ts';
import { ok, testUpstream } from '../upstream/test-upstream.ts';

export type FileChanges = Omit<Partial<Record<keyof SimpleFile, unknown>>, 'url'>;

/** A file of `demo` 1.0 as a plan has it, with these bytes at `url`. */
export const simpleFile = (bytes: Uint8Array, changes: FileChanges & { readonly url: string }): SimpleFile =>
  simpleFileSchema.parse({
    project: 'demo',
    fileName: 'demo-1.0-py3-none-any.whl',
    release: '1.0',
    index: 'http://127.0.0.1/simple',
    size: bytes.length,
    sha256: sha256Of(bytes),
    uploadTime: '2020-01-02T03:04:05Z',
    why: ['demo ==1.0'],
    ...changes,
  });

/** What makes it the wheel that is read of `demo-1.0.tar.gz`. */
export const ofSdist = { sdist: 'demo-1.0.tar.gz', fileName: 'demo-1.0-0gatehouse1-py3-none-any.whl' } as const;

/** Fetches a file whose bytes an index answers with. */
export async function fetchSimple(
  bytes: Uint8Array,
  changes: FileChanges = {},
  scene = fetchScene(''),
  answers = [ok(bytes)],
) {
  await using upstream = await testUpstream(...answers);
  const file = simpleFile(bytes, { url: `${upstream.url}/demo`, ...changes });
  const outcome = await fetchFile(file, scene.world);
  return { outcome, scene, file, requests: upstream.requests.length };
}

/** Keys below `simple/` and their bytes. */
export const filesForPip = ({ objects }: MemoryStore): Map<string, Buffer> =>
  new Map(
    [...objects].filter(([key]) => key.startsWith('simple/')).map(([key, { bytes }]) => [key, Buffer.from(bytes)]),
  );

/** What of a file is there though something that goes before it is not: provenance, metadata, file. */
export function earlyIn({ objects }: MemoryStore, { project, fileName }: SimpleFile): string[] {
  const provenance = `_gatehouse/provenance/simple/${project}/${fileName}/`;
  const metadata = simpleMetadataKey(project, fileName);
  const file = simpleFileKey(project, fileName);
  const isKnown = [...objects.keys()].some((key) => key.startsWith(provenance));
  return [
    ...(objects.has(metadata) && !isKnown ? [metadata] : []),
    ...(objects.has(file) && !(isKnown && objects.has(metadata)) ? [file] : []),
  ];
}
