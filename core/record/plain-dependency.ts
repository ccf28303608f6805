import { namesChannel, solverSpec } from '../names/match-spec/solver-spec.ts';
import { rememberTexts } from '../names/remember-texts.ts';
import { dependencySpec } from './dependency-spec.ts';

const name = '[a-z0-9_][a-z0-9_.-]*';
const version = '[A-Za-z0-9_.+!-]+';
/** A star behind any other operator is nothing that libsolv matches (`~=1.2.*`, `<1.2.*`), or not as a part (`>=1.2*`). */
const term = String.raw`(?:\*|${version}(?:\.?\*)?|(?:=|>=|!=)${version}(?:\.\*)?|(?:==|<=?|>|~=)${version})`;
const build = '[A-Za-z0-9_.*+]+';

const exact = '={1,2}[A-Za-z0-9_.+!]+=';

/** All read `==1.2.*` as `1.2.*` where no build follows; before a build conda takes it for an exact version. */
const loose = String.raw`(?:${term}|==${version}\.\*)`;

/** `name version build` by single words, or `name ==version=build`, which conda, libsolv and rattler split alike. */
const plain = new RegExp(
  `^${name}(?: +(?:${term}(?:[,|]${term})*(?: +${build})?|${loose}(?:[,|]${loose})*|${exact}${build}))?$`,
);

/** `name =1.2 build`, which CEP 29 takes for `1.2.*`, is `==1.2` to conda, libsolv and rattler: whoever wrote it meant that. */
const exactByBuild = /^\s*[^\s=[]+\s+=\s*[^\s=*,|([]+\s+[^\s=#[]/;

/**
 * An entry of `depends` or `constrains` in the spelling that every client reads alike: a name in lowercase, then a space
 * and a version, then a space and a build. What is so spelt stays as it is. libsolv's reader, mamba's default, knows no
 * brackets and no white space but the space (https://github.com/openSUSE/libsolv, src/conda.c, `pool_conda_matchspec`);
 * rattler's gateway looks up what stands before the first space as it is.
 *
 * @returns null when there is no such spelling: it is no MatchSpec, names a channel, or asks for more than those three
 */
export const plainDependency: (text: string) => string | null = rememberTexts((text) => {
  if (namesChannel(text)) return null;
  const spec = dependencySpec(text);
  if (spec === null) return null;
  if (plain.test(text)) return text;
  const { subdir, url, fileName, license, trackFeatures, buildNumber, md5, sha256 } = spec;
  const more = [subdir, url, fileName, license, trackFeatures, buildNumber, md5, sha256];
  if (more.some((field) => field !== null)) return null;
  const read = solverSpec(spec);
  const spelt = exactByBuild.test(text) ? read.replace(/^(\S+) (\S+)\.\* (?=\S)/, '$1 ==$2 ') : read;
  return spelt.includes('[') ? null : spelt;
});
