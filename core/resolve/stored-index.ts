import { type ObjectKey, projectPageKey, simpleMetadataKey } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import type { ProjectName } from '../names/project-name.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { readJsonPage } from '../python-index/json-page.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import { parseCoreMetadata } from '../wheel/core-metadata.ts';
import type { PipIndex } from './pip-index.ts';

/** Our own pages, by the very bytes that pip reads. */
export interface StoredIndex extends PipIndex {
  /** Whether each page that was read is there as it was. */
  isUnchanged(): Promise<boolean>;
}

/**
 * Reads each page, and each file's metadata, once. A page that is not sound has nothing that pip could take. At metadata that is not what its page
 * says pip ends, whatever else there is: that is `state.damaged`, and no reason to look on.
 */
export function storedIndex(store: Store): StoredIndex {
  const pages = new Map<ProjectName, Promise<StoredPage>>();
  const metadata = new Map<string, ReturnType<typeof readMetadata>>();
  return {
    async files(project) {
      const page = pages.get(project) ?? readPage(store, project);
      pages.set(project, page);
      return (await page).files;
    },
    async metadata(file) {
      const reading = metadata.get(file.fileName) ?? readMetadata(store, file);
      metadata.set(file.fileName, reading);
      return reading;
    },
    async isUnchanged() {
      const read = await Promise.all(pages.values());
      const now = await Promise.all(read.map(async ({ key }) => (await store.get(key))?.etag ?? null));
      return read.every(({ etag }, i) => etag === now[i]);
    },
  };
}

async function readMetadata(store: Store, { fileName, metadata }: Pick<ProjectFile, 'fileName' | 'metadata'>) {
  const name = parseWheelFileName(fileName);
  const key = name.ok ? simpleMetadataKey(name.wheel.project, name.wheel.fileName) : null;
  const bytes = key && (await store.read(key))?.bytes;
  if (!bytes || sha256Of(bytes) !== metadata) {
    throw new GatehouseError('state.damaged', `${fileName}.metadata is not what its page says`);
  }
  return parseCoreMetadata(bytes, `${fileName}.metadata`, () => {});
}

interface StoredPage {
  readonly key: ObjectKey;
  readonly etag: string | null;
  readonly files: readonly ProjectFile[] | null;
}

async function readPage(store: Store, project: ProjectName): Promise<StoredPage> {
  const key = projectPageKey(project, 'index.json');
  const page = await store.read(key);
  if (page === null) return { key, etag: null, files: null };
  return { key, etag: page.etag, files: filesIn(page.bytes, project) };
}

/** Its links are relative, and nobody follows them here. */
function filesIn(bytes: Uint8Array, project: ProjectName): readonly ProjectFile[] | null {
  try {
    const url = `https://store.invalid/simple/${project}/`;
    return readJsonPage(new TextDecoder().decode(bytes), { asked: url, url, project });
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return null;
  }
}
