import '../zlib-in-turn.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { type ObjectKey, simpleMetadataKey } from '../../../core/layout/keys.ts';
import type { Sha256 } from '../../../core/names/digest.ts';
import { type ProjectName, projectNameSchema } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { placeOf } from '../../../core/publish/publication-place.ts';
import { readOffered } from '../../../core/publish/read-offered.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { offer } from '../../support/publish/publish-scene.ts';
import { buildWheel, wheelName } from '../../support/python/build-wheel.ts';
import { memoryStore } from '../../twins/store-memory.ts';
import { simulatedStart } from '../client.ts';

/** A file of a release, and where it lies in the channel, or in staging as a store of its own. */
export interface SimulatedFile {
  readonly fileName: string;
  readonly key: ObjectKey;
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
  /** Of a wheel: what lies beside it. */
  readonly beside: { readonly key: ObjectKey; readonly bytes: Uint8Array } | null;
  /** What is written down of it when it is published. */
  readonly provenance: { readonly key: ObjectKey; readonly bytes: Uint8Array };
}

/** A version that is published: of its files, two makes that nobody should see both of. */
export interface SimulatedRelease {
  readonly version: string;
  readonly makes: readonly [readonly SimulatedFile[], readonly SimulatedFile[]];
}

export const tool: ProjectName = projectNameSchema.parse('acme-tool');

async function wheel(fileName: string, make: number): Promise<SimulatedFile> {
  const { project, fileName: name } = wheelName(fileName);
  const [distribution = '', version = ''] = fileName.split('-');
  const summary = `Summary: make ${make}\n`;
  const bytes = buildWheel({ fileName, metadata: summary, files: { 'acme_tool.py': `make = ${make}\n` } });
  const metadata = Buffer.from(`Metadata-Version: 2.1\nName: ${distribution}\nVersion: ${version}\n${summary}`);
  const beside = { key: simpleMetadataKey(project, name), bytes: metadata };
  return { fileName, bytes, beside, ...(await described(fileName, bytes)) };
}

async function conda(version: string, make: number): Promise<SimulatedFile> {
  const spec = { name: tool, version, build: '0', subdir: noarch, format: '.conda' } as const;
  const { filename, bytes } = await buildPackage({ ...spec, files: [{ path: 'make', content: `${make}` }] });
  return { fileName: filename, bytes, beside: null, ...(await described(filename, bytes)) };
}

/** Where a file belongs, and what is written down of it when it is published. */
async function described(fileName: string, bytes: Uint8Array) {
  await using offered = await offer(memoryStore(), fileName, bytes);
  const clock = { now: () => simulatedStart, sleep: async () => {}, random: () => 0 };
  const publication = await readOffered(offered, { by: null, clock });
  const { key, provenanceKey } = placeOf(publication);
  const provenance = { key: provenanceKey, bytes: Buffer.from(canonicalJson(publication.provenance)) };
  return { key, sha256: offered.digests.sha256, provenance };
}

async function release(version: string): Promise<SimulatedRelease> {
  const make = async (number: number) => [
    await wheel(`acme_tool-${version}-py3-none-any.whl`, number),
    await conda(version, number),
  ];
  return { version, makes: [await make(0), await make(1)] };
}

/** The same in every run. */
export const releases: readonly SimulatedRelease[] = [await release('1.0'), await release('2.0')];

/** A wheel of an index, which is mirrored. */
export const mirrored: SimulatedFile & { readonly project: ProjectName; readonly url: string } = {
  ...(await wheel('up-1.0-py3-none-any.whl', 0)),
  project: projectNameSchema.parse('up'),
  url: 'https://files.up/up-1.0-py3-none-any.whl',
};
