import { parseDistributionFileName } from '../../names/distribution-file-name.ts';
import { parsePackageFileName } from '../../names/package-file-name.ts';
import { subdirSchema } from '../../names/subdir.ts';
import { parseWheelFileName } from '../../names/wheel-file-name.ts';
import type { DataCheck, GateCandidate } from '../check.ts';

/**
 * The name is one that CEP 26, or the file names of PyPI, know: at most 211 characters, parts of at most 64, no way out of
 * the folder. Keys are made of parsed parts alone, so what has no such name gets none.
 */
export const a3Name: DataCheck = {
  id: 'A3',
  version: 1,
  judge: (candidate) =>
    isSoundName(candidate)
      ? []
      : [
          {
            code: 'A3.name',
            verdict: 'reject',
            detail: `${JSON.stringify(candidate.id)} is no name that a file can have`,
          },
        ],
};

function isSoundName({ kind, id }: GateCandidate): boolean {
  const [folder = '', ...rest] = id.split('/');
  const fileName = rest.at(-1) ?? '';
  if (kind === 'package') {
    return rest.length === 1 && subdirSchema.safeParse(folder).success && parsePackageFileName(fileName) !== null;
  }
  if (folder !== 'simple' || rest.length !== 2) return false;
  return kind === 'wheel' ? parseWheelFileName(fileName).ok : parseDistributionFileName(fileName) !== null;
}
