import type { GateVerdict } from '../../documents/gate/verdict.ts';
import { packageFileParts } from '../../names/package-file-name.ts';
import type { GateCandidate } from '../check.ts';

/** What an earlier verdict tells of a file, as checks that need no bytes are asked about it again. */
export function candidateOfVerdict({ id, sha256, origin, madeOf, published, facts }: GateVerdict): GateCandidate {
  const fileName = id.slice(id.lastIndexOf('/') + 1);
  const { name, version, source, projects } = facts ?? { ...packageFileParts(fileName), source: null, projects: [] };
  return {
    ...{ kind: kindOf(id), id, name, version, sha256, origin, source, published, projects },
    ...(madeOf !== undefined && { madeOf }),
    ...{ record: null, yanked: false, projectStatus: null, isServed: false },
  };
}

function kindOf(id: string): GateCandidate['kind'] {
  if (!id.startsWith('simple/')) return 'package';
  return id.endsWith('.whl') ? 'wheel' : 'sdist';
}
