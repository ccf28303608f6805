import type { PackageName } from '../names/package-name.ts';
import type { WheelFileName } from '../names/wheel-file-name.ts';
import type { CoreMetadata } from './core-metadata.ts';
import { licenseOf } from './describe-wheel.ts';

/** What the plan decides about a package that is made of a wheel. */
export interface CondaBuild {
  readonly name: PackageName;
  /** MatchSpecs, `python` and virtual packages among them. */
  readonly depends: readonly string[];
  /** The build string: a hash of `depends` and of the converter's revision in it. */
  readonly build: string;
  /** Of members and record, in milliseconds since the epoch. */
  readonly timestamp: number;
}

/**
 * What `info/index.json` of a package says that is made of a wheel, from the wheel's metadata alone: a plan knows the
 * record before there is a package.
 */
export function indexJsonOf(
  metadata: CoreMetadata,
  file: Pick<WheelFileName, 'project' | 'version'>,
  { name, build, depends, timestamp }: CondaBuild,
): Record<string, unknown> {
  const version = file.version.text;
  const license = licenseOf(metadata);
  return {
    name,
    version,
    build,
    build_number: 0,
    subdir: 'noarch',
    noarch: 'python',
    arch: null,
    platform: null,
    depends,
    ...(license !== undefined && { license }),
    purls: [`pkg:pypi/${file.project}@${encodeURIComponent(version)}`],
    timestamp,
  };
}
