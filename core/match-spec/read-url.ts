import { packageFileParts, parsePackageFileName } from '../package-file-name.ts';
import { parseVersionSpec } from '../version.ts';
import { readChannel } from './read-channel.ts';
import type { FieldsRead } from './spec-fields.ts';

/**
 * Reads the URL of one package: CEP 29, appendix C, takes channel, subdir, name, version and build from it. A fragment
 * is an md5 or `sha256:` and the digits, as in conda's explicit lists.
 */
export function readUrl(text: string): FieldsRead {
  const [url = '', fragment] = text.split('#', 2);
  const path = /^((?:https?|file):\/\/.*)\/([^/?]+)$/i.exec(url);
  const fileName = parsePackageFileName(path?.[2] ?? '');
  if (path?.[1] === undefined || fileName === null) {
    return { ok: false, message: `"${text}" is not the URL of a .conda or .tar.bz2 file` };
  }
  const place = readChannel(path[1]);
  const hash = readFragment(fragment);
  if (!place.ok) return place;
  if (!hash.ok) return hash;
  const { name, version, build } = packageFileParts(fileName);
  const spec = parseVersionSpec(`==${version}`);
  if (spec === null) return { ok: false, message: `"${version}" is not a version` };
  return { ok: true, name, fields: { ...place.fields, ...hash.fields, url, fileName, version: spec, build } };
}

function readFragment(text: string | undefined): FieldsRead {
  if (text === undefined || text === '') return { ok: true, fields: {} };
  const [, sha256 = null] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  if (sha256 !== null) return { ok: true, fields: { sha256: sha256.toLowerCase() } };
  const md5 = /^[0-9a-f]{32}$/i.test(text);
  return md5 ? { ok: true, fields: { md5: text.toLowerCase() } } : { ok: false, message: `"#${text}" is not a hash` };
}
