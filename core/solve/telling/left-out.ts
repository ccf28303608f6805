import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { packageFileParts, parsePackageFileName } from '../../names/package-file-name.ts';
import type { Problem } from '../../problems/problem.ts';
import { shownUrl } from '../../problems/shown-url.ts';
import type { Cause, CauseWorld } from './cause.ts';
import type { Offer } from './offers.ts';

/** So many files are named. */
const maxNamed = 3;

const fileOf = ({ subject }: Problem): string => subject.slice(subject.lastIndexOf('/') + 1);
const subdirOf = ({ subject }: Problem): string => subject.split('/').at(-2) ?? '';

/** What a hotfix of the organisation's own can mend. */
const mendable: ReadonlySet<string> = new Set(['record.depends-channel', 'record.depends-unreadable']);

/** Why nothing is found: what the channel has of it was left out. The plan tells why by each file. */
export function leftOut(spec: MatchSpec, { channel, left }: Offer): Cause | null {
  const wanted = left.filter((problem) => fits(spec, fileOf(problem)));
  if (wanted.length === 0) return null;
  const files = named(wanted.map((problem) => `${subdirOf(problem)}/${fileOf(problem)} (${problem.code})`));
  const subdirs = [...new Set(wanted.filter(({ code }) => mendable.has(code)).map(subdirOf))];
  const hint = subdirs.map((subdir) => `patches/${subdir}.json`).join(' or ');
  return {
    detail: `what ${shownUrl(channel)} has of it is left out: ${files}`,
    hint: hint === '' ? 'take another build or channel' : `mend its dependencies in ${hint}`,
  };
}

function fits(spec: MatchSpec, file: string): boolean {
  if (parsePackageFileName(file) === null) return spec.version === null;
  const { name, version, build } = packageFileParts(file);
  return (
    name !== spec.name ||
    matchSpecMatches({ ...spec, buildNumber: null, md5: null, sha256: null }, { name, version, build, build_number: 0 })
  );
}

/** So many names are looked at. */
const maxLookAlikes = 3;

/**
 * Why nothing is found of a name: the files that are meant for it have names which no package may have (`dash-1.2.3-4-0.conda`,
 * whose version has a dash, and `RSeQC-2.6-0.conda`), and so were sorted under other names.
 */
export async function leftOutLookAlike(
  name: string,
  names: readonly string[],
  { offers, platform }: CauseWorld,
): Promise<Cause | null> {
  const isAlike = (other: string) =>
    other.toLowerCase() === name || (other.startsWith(`${name}-`) && /^\d/.test(other.slice(name.length + 1)));
  const alike = names.filter((other) => other !== name && isAlike(other));
  const found = await Promise.all(alike.slice(0, maxLookAlikes).map((other) => offers.of(other, platform)));
  const left = found.flat().flatMap((offer) => offer.left);
  if (left.length === 0) return null;
  const files = named(left.map((problem) => `${subdirOf(problem)}/${fileOf(problem)} (${problem.detail})`));
  return { detail: `files of that name are left out: ${files}`, hint: 'tell the channel: they must be named anew' };
}

function named(files: readonly string[]): string {
  const more = files.length > maxNamed ? ` and ${files.length - maxNamed} more` : '';
  return `${files.slice(0, maxNamed).join(', ')}${more}`;
}
