import { shown } from '../archive/finding.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { Problem } from '../problems/problem.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { IndexJson } from './index-json.ts';

export interface Claims {
  /** Of the package's own `info/index.json`. */
  readonly index: IndexJson;
  readonly fileName: PackageFileName;
  /** Of the folder it lies in. */
  readonly subdir: Subdir;
  /** Of the channel it came from, when there is one. */
  readonly upstream?: Pick<RepodataRecord, 'name' | 'version' | 'build'>;
}

/**
 * Where a package's own account contradicts its file name (CEP 26), its folder or the upstream record; empty when all
 * agree. A noarch package may lie in a platform's folder, as some of pkgs/main/linux-64 did: clients install it from
 * there on that platform. The folder of all 275 real packages measured is the one their `index.json` names. The build
 * number is no part of what a file is: channels hotfix it (https://github.com/AnacondaRecipes/repodata-hotfixes).
 */
export function identityProblems({ index, fileName, subdir, upstream }: Claims): Problem[] {
  const file = packageFileParts(fileName);
  const claims: Claim[] = [
    { key: 'name', by: 'the file name', value: file.name },
    { key: 'version', by: 'the file name', value: file.version },
    { key: 'build', by: 'the file name', value: file.build },
    ...(index.subdir === undefined || index.subdir === noarch
      ? []
      : [{ key: 'subdir', by: 'the folder', value: subdir } as const]),
    ...(upstream ? upstreamKeys.map((key) => ({ key, by: 'the upstream record', value: upstream[key] })) : []),
  ];
  const subject = `${subdir}/${fileName}`;
  return claims
    .filter(({ key, value }) => index[key] !== value)
    .map(({ key, by, value }) => ({
      code: codes[key],
      subject,
      detail: `info/index.json says ${key} ${shown(String(index[key]))}, ${by} says ${shown(String(value))}`,
    }));
}

const codes = {
  name: 'B1.name',
  version: 'B1.version',
  build: 'B1.build',
  subdir: 'B1.subdir',
} as const;

interface Claim {
  readonly key: keyof typeof codes;
  readonly by: string;
  readonly value: string;
}

const upstreamKeys = ['name', 'version', 'build'] as const;
