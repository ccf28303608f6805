import { parseVersion, type Version } from '../../../core/names/version/version.ts';

/** The version that a text is; throws where it is none. */
export function versionOf(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === null) throw new Error(`not a version: ${text}`);
  return parsed;
}
