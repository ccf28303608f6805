import type { GateVerdict } from '../documents/gate/verdict.ts';
import { shownUrl } from '../problems/shown-url.ts';
import type { FileSource } from '../why/why-file.ts';
import { licenseChoice } from './license-choice.ts';
import { condaPurl, pypiPurl } from './purl.ts';
import type { IndexedFile } from './served-files.ts';

/** What is known of a served file beside what its index says. */
export interface KnownOfFile {
  readonly verdict: GateVerdict | null;
  readonly source: FileSource | null;
}

/** A component of CycloneDX 1.6, as far as we write it. https://cyclonedx.org/docs/1.6/json/ */
export type Component = ReturnType<typeof componentOf>;

/** What a served file is, in a bill of materials: its `bom-ref` is its id. */
export function componentOf(file: IndexedFile, { verdict, source }: KnownOfFile) {
  const { id, sha256, md5 = null } = file;
  const url = URL.parse(shownUrl(source?.url ?? ''))?.href ?? null;
  const license = file.license ?? verdict?.facts?.license ?? null;
  const projects = (verdict?.facts?.projects ?? []).map(({ project, version, by }) => ({
    field: 'purl',
    concludedValue: pypiPurl(project, version),
    methods: [{ technique: 'manifest-analysis', confidence: by === 'mapping' ? 0.5 : 1, value: by }],
  }));
  return {
    type: 'library',
    'bom-ref': id,
    name: file.name,
    version: file.version,
    purl: purlOf(file, source),
    hashes: [{ alg: 'SHA-256', content: sha256 }, ...(md5 === null ? [] : [{ alg: 'MD5', content: md5 }])],
    ...optional('licenses', licenseChoice(license)),
    ...optional('externalReferences', url === null ? [] : [{ type: 'distribution', url }]),
    ...(file.kind === 'package' && projects.length > 0 && { evidence: { identity: projects } }),
    ...optional('properties', verdict === null ? [] : [{ name: 'gatehouse:verdict', value: verdict.verdict }]),
  };
}

const optional = <K extends string, V>(key: K, list: readonly V[]) =>
  list.length === 0 ? {} : ({ [key]: list } as const);

function purlOf(file: IndexedFile, source: FileSource | null): string {
  if (file.kind === 'file') return pypiPurl(file.project, file.version, file.fileName);
  return condaPurl(file.subdir, file.filename, channelName(source));
}

/** As people name a channel of anaconda.org; any other by its URL, and what is no other channel's by our own name. */
function channelName(source: FileSource | null): string {
  if (source?.origin !== 'upstream' || source.from === null) return 'conda';
  return /^https:\/\/conda\.anaconda\.org\/([^/?#]+)\/?$/.exec(source.from)?.[1] ?? source.from;
}
