/** Conda versions (CEP 33) and what may be asked of them (the version rules of CEP 29). */
export { compareVersions } from './version/compare-versions.ts';
export { versionMatches } from './version/match-version.ts';
export { parseVersion, type Version } from './version/parse-version.ts';
export { parseVersionSpec, type VersionSpec } from './version/parse-version-spec.ts';
