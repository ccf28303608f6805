import type { GateFacts } from '../documents/gate/verdict.ts';
import { distributionFileNameSchema } from '../names/distribution-file-name.ts';
import { packageFileNameSchema } from '../names/package-file-name.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import { inspectPackage } from '../package/inspect-package.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { readSdistMetadata } from '../sdist/read-sdist-metadata.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type { GateCandidate } from './check.ts';
import type { Contents, Reading } from './reading.ts';

/** What a file holds, as far as the readers tell. */
export async function readContents(
  { kind, id }: Pick<GateCandidate, 'kind' | 'id'>,
  bytes: ByteSource,
): Promise<Reading> {
  const fileName = id.slice(id.lastIndexOf('/') + 1);
  try {
    if (kind === 'package') {
      const { bytes: unpacked, findings } = await inspectPackage(bytes, packageFileNameSchema.parse(fileName));
      return { status: 'read', contents: { ...nothing, unpacked, findings } };
    }
    const wheel = parseWheelFileName(fileName);
    if (kind === 'wheel' && wheel.ok) {
      const read = await readWheel(bytes, wheel.wheel);
      return { status: 'read', contents: { ...nothing, wheel: read, findings: read.findings } };
    }
    await readSdistMetadata(bytes, distributionFileNameSchema.parse(fileName));
    return { status: 'read', contents: nothing };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    if (error.code !== 'package.refused') throw error;
    const [code = error.code] = error.message.split(':', 1);
    return { status: 'refused', code, detail: error.message.slice(code.length + 2) };
  }
}

const nothing: Contents = {
  members: new Map(),
  texts: new Map(),
  tooLarge: [],
  findings: [],
  unpacked: 0,
  secrets: [],
  lackPlaceholder: [],
  index: null,
  wheel: null,
};

export const factsOf = ({ name, version, source, projects }: GateCandidate, { unpacked }: Contents): GateFacts => ({
  ...{ name, version, source, depends: [], license: null, maintainers: [], unpacked, scripts: [], natives: 0 },
  ...{ blobs: [], hosts: [], projects: [...projects] },
});
