import '../zlib-in-turn.ts';
import { type ObjectKey, packageKey, simpleFileKey, simpleMetadataKey } from '../../../core/layout/keys.ts';
import { type Sha256, sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { type ProjectName, projectNameSchema } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { buildWheel, wheelName } from '../../support/python/build-wheel.ts';

/** A file of a release, and where it lies in the channel, or in staging as a store of its own. */
export interface SimulatedFile {
  readonly fileName: string;
  readonly key: ObjectKey;
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
  /** Of a wheel: what lies beside it. */
  readonly metadataKey: ObjectKey | null;
}

/** A version that is published: of its files, two makes that nobody should see both of. */
export interface SimulatedRelease {
  readonly version: string;
  readonly makes: readonly [readonly SimulatedFile[], readonly SimulatedFile[]];
}

export const tool: ProjectName = projectNameSchema.parse('acme-tool');

function wheel(fileName: string, make: number): SimulatedFile {
  const { project, fileName: name } = wheelName(fileName);
  const bytes = buildWheel({ fileName, files: { 'acme_tool.py': `make = ${make}\n` } });
  const [key, metadataKey] = [simpleFileKey(project, name), simpleMetadataKey(project, name)];
  return { fileName, key, metadataKey, bytes, sha256: sha256Of(bytes) };
}

async function conda(version: string, make: number): Promise<SimulatedFile> {
  const spec = { name: tool, version, build: '0', subdir: noarch, format: '.conda' } as const;
  const { filename, bytes } = await buildPackage({ ...spec, files: [{ path: 'make', content: `${make}` }] });
  const key = packageKey('conda', noarch, packageFileNameSchema.parse(filename));
  return { fileName: filename, key, metadataKey: null, bytes, sha256: sha256Of(bytes) };
}

async function release(version: string): Promise<SimulatedRelease> {
  const make = async (number: number) => [
    wheel(`acme_tool-${version}-py3-none-any.whl`, number),
    await conda(version, number),
  ];
  return { version, makes: [await make(0), await make(1)] };
}

/** The same in every run. */
export const releases: readonly SimulatedRelease[] = [await release('1.0'), await release('2.0')];

/** A wheel of an index, which is mirrored. */
export const mirrored: SimulatedFile & { readonly project: ProjectName; readonly url: string } = {
  ...wheel('up-1.0-py3-none-any.whl', 0),
  project: projectNameSchema.parse('up'),
  url: 'https://files.up/up-1.0-py3-none-any.whl',
};
