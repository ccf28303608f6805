/** A record to hold specs against. */
export const record = { name: 'foo', version: '1.8', build: 'py36_1', build_number: 1 };
const versions = ['1.8', '1.8.0', '1.8.1', '1.9', '2.0', '1.80', '1.8a1'];
const builds = ['py36_1', 'py27_0', 'mkl', '0'];
/** More of its name: each version with each build. */
export const records = versions.flatMap((version) => builds.map((build) => ({ ...record, version, build })));
