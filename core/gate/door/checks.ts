import { a1Bytes } from '../archive/a1-bytes.ts';
import { a3Name } from '../archive/a3-name.ts';
import { a4Zip } from '../archive/a4-zip.ts';
import { a5Conda } from '../archive/a5-conda.ts';
import { a6Zstd } from '../archive/a6-zstd.ts';
import { a7Bzip2 } from '../archive/a7-bzip2.ts';
import { a8Tar } from '../archive/a8-tar.ts';
import { a9Names } from '../archive/a9-names.ts';
import { a10Links } from '../archive/a10-links.ts';
import { a11Modes } from '../archive/a11-modes.ts';
import { a12Collisions } from '../archive/a12-collisions.ts';
import { a13Limits } from '../archive/a13-limits.ts';
import { a14Tarballs } from '../archive/a14-tarballs.ts';
import type { ContentsCheck, DataCheck } from '../check.ts';
import { b1Identity } from '../consistency/b1-identity.ts';
import { b2Paths } from '../consistency/b2-paths.ts';
import { b3Machine } from '../consistency/b3-machine.ts';
import { b4Depends } from '../consistency/b4-depends.ts';
import { b5Clocks } from '../consistency/b5-clocks.ts';
import { b7Json } from '../consistency/b7-json.ts';
import { e1Secrets } from '../content/e1-secrets.ts';
import { e2Licenses } from '../content/e2-licenses.ts';
import { e3Differences } from '../content/e3-differences.ts';
import { d1LinkScripts } from '../install-code/d1-link-scripts.ts';
import { d2Activation } from '../install-code/d2-activation.ts';
import { d3StartUp } from '../install-code/d3-start-up.ts';
import { d4ClientConfig } from '../install-code/d4-client-config.ts';
import { d5EntryPoints } from '../install-code/d5-entry-points.ts';
import { d6Sdists } from '../install-code/d6-sdists.ts';
import { d7Menus } from '../install-code/d7-menus.ts';
import { c1Namespace } from '../origin/c1-namespace.ts';
import { c2CoolDown } from '../origin/c2-cool-down.ts';
import { c3Malicious } from '../origin/c3-malicious.ts';
import { c4Vulnerable } from '../origin/c4-vulnerable.ts';
import { c5Yanked } from '../origin/c5-yanked.ts';
import { c6Attestations } from '../origin/c6-attestations.ts';
import { c7Feedstock } from '../origin/c7-feedstock.ts';
import { c8People } from '../origin/c8-people.ts';
import { c9LateFile } from '../origin/c9-late-file.ts';
import { c10LookAlike } from '../origin/c10-look-alike.ts';
import { f1Zip } from '../wheels/f1-zip.ts';
import { f2Names } from '../wheels/f2-names.ts';
import { f3Record } from '../wheels/f3-record.ts';
import { f4Tags } from '../wheels/f4-tags.ts';
import { f5Places } from '../wheels/f5-places.ts';
import { f7StartUp } from '../wheels/f7-start-up.ts';

/** All checks that need no bytes, in the order in which a person reads what they found. */
export const dataChecks: readonly DataCheck[] = [
  a3Name,
  c1Namespace,
  c2CoolDown,
  c3Malicious,
  c4Vulnerable,
  c5Yanked,
  c9LateFile,
  c10LookAlike,
  d6Sdists,
  e2Licenses,
];

/** All checks of what is in a file. */
export const contentsChecks: readonly ContentsCheck[] = [
  a1Bytes,
  a4Zip,
  a5Conda,
  a6Zstd,
  a7Bzip2,
  a8Tar,
  a9Names,
  a10Links,
  a11Modes,
  a12Collisions,
  a13Limits,
  a14Tarballs,
  b1Identity,
  b2Paths,
  b3Machine,
  b4Depends,
  b5Clocks,
  b7Json,
  c6Attestations,
  c7Feedstock,
  c8People,
  d1LinkScripts,
  d2Activation,
  d3StartUp,
  d4ClientConfig,
  d5EntryPoints,
  d7Menus,
  e1Secrets,
  e3Differences,
  f1Zip,
  f2Names,
  f3Record,
  f4Tags,
  f5Places,
  f7StartUp,
];
