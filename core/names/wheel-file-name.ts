import { type DistributionFileName, parseDistributionFileName } from './distribution-file-name.ts';
import { type Pep440Version, parsePep440Version } from './pep440/pep440-version.ts';
import { type ProjectName, parseProjectName } from './project-name.ts';

/** What a wheel's file name says (the binary distribution format, PEP 427). */
export interface WheelFileName {
  /** As it was written: the name under which the file is served. */
  readonly fileName: DistributionFileName;
  readonly project: ProjectName;
  readonly version: Pep440Version;
  /** Of two wheels that are alike but for it, the higher one is installed: by number, then by what follows it. */
  readonly build: { readonly number: bigint; readonly rest: string } | null;
  /** `py2`, `py3` of `py2.py3-none-any`. Each wheel fits any combination of one of each. */
  readonly pythons: readonly string[];
  readonly abis: readonly string[];
  readonly platforms: readonly string[];
}

/** A wheel's name, or why it is none, as a sentence fragment that follows the name. */
export type WheelFileNameResult =
  | { readonly ok: true; readonly wheel: WheelFileName }
  | { readonly ok: false; readonly message: string };

/** Whether a file of a project is a wheel rather than a source distribution. */
export const isWheelName = (fileName: DistributionFileName): boolean => fileName.endsWith('.whl');

/** Whether the tags let the wheel in on every platform: it could be `noarch`. */
export const isForEveryPlatform = ({ abis, platforms }: Pick<WheelFileName, 'abis' | 'platforms'>): boolean =>
  abis.every((abi) => abi === 'none') && platforms.every((platform) => platform === 'any');

/** Whether the tags let the wheel in on some Python 3. */
export const isForPython3 = ({ pythons }: Pick<WheelFileName, 'pythons'>): boolean =>
  pythons.some((python) => /^(?:py|cp)3/.test(python));

const buildTag = /^(\d+)([\w.]*)$/;
const pythonTags = /^[a-z_]\w*(?:\.[a-z_]\w*)*$/i;
const tagSet = /^\w+(?:\.\w+)*$/;

/** Takes a wheel's file name apart. */
export function parseWheelFileName(text: string): WheelFileNameResult {
  const fileName = parseDistributionFileName(text);
  if (fileName === null || !text.endsWith('.whl')) return fault('is not the file name of a wheel');
  const [name = '', written = '', ...rest] = text.slice(0, -'.whl'.length).split('-');
  const project = name.includes('__') ? null : parseProjectName(name);
  if (project === null) return fault(`has "${name}" for a project's name`);
  const version = parsePep440Version(written);
  if (version === null) return fault(`has "${written}" for a version`);
  const tags = readTags(rest);
  return typeof tags === 'string' ? fault(tags) : { ok: true, wheel: { fileName, project, version, ...tags } };
}

const fault = (message: string): WheelFileNameResult => ({ ok: false, message });

type Tags = Pick<WheelFileName, 'build' | 'pythons' | 'abis' | 'platforms'>;

/**
 * Reads the parts behind the version, or says what is wrong. A first one that starts with a digit is a build tag, for no
 * Python tag does; one behind the platforms is the label of a wheel variant (PEP 825, a draft), which pip cannot choose by.
 */
function readTags(parts: readonly string[]): Tags | string {
  const [first = ''] = parts;
  const built = /^\d/.test(first);
  const [, number, rest = ''] = buildTag.exec(first) ?? [];
  if (built && number === undefined) return `has "${first}" for a build tag`;
  const [pythons = '', abis = '', platforms = '', variant] = built ? parts.slice(1) : parts;
  if (variant !== undefined) return `names the wheel variant "${variant}", which is not supported (PEP 825)`;
  if (!pythonTags.test(pythons) || !tagSet.test(abis) || !tagSet.test(platforms))
    return 'does not end in three sets of tags';
  const build = number === undefined ? null : { number: BigInt(number), rest };
  return { build, pythons: tagsOf(pythons), abis: tagsOf(abis), platforms: tagsOf(platforms) };
}

const tagsOf = (set: string): string[] => set.toLowerCase().split('.');
