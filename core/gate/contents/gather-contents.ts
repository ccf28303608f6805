import { type Report, refuse, shown } from '../../archive/finding.ts';
import { jsonOddity } from '../../json/scan-json.ts';
import type { Sha256 } from '../../names/digest.ts';
import { decodeUtf8 } from '../../package/package-info.ts';
import { type PathsEntry, parsePathsJson } from '../../package/paths-json.ts';
import type { FileObserver } from '../../wheel/check-record.ts';
import type { GateMember } from '../reading.ts';
import { FileLook } from './look-into-file.ts';
import { maxSecretTries, secretOfPath } from './secrets.ts';
import { textKeeper } from './texts.ts';

type FileFacts = Parameters<FileObserver>[0];

const pathsJson = 'info/paths.json';
/** What clients read of a package as JSON. */
const readAsJson =
  /^(?:info\/(?:index|paths|about|link|run_exports)\.json|menu\/.+\.json|etc\/conda\/env_vars\.d\/[^/]+\.json)$/i;
/** Enough to see what is wrong: a package of keys may have thousands, and one kind must not hide another. */
const maxSecretsOfAKind = 50;

/** What the checks go by, gathered from an archive's members as they come. Memory is their names and the texts that are kept. */
export class Gathering {
  readonly members = new Map<string, GateMember>();
  readonly texts = new Map<string, Uint8Array>();
  readonly tooLarge: string[] = [];
  readonly secrets: { path: string; kind: string }[] = [];
  readonly lackPlaceholder: string[] = [];
  /** Files that came before `info/paths.json` said what must occur in them, with that. */
  readonly unsearched = new Map<string, string>();
  paths: readonly PathsEntry[] | null = null;
  unpacked = 0;
  readonly #keep: ReturnType<typeof textKeeper>;
  readonly #report: Report;
  readonly #tries = { left: maxSecretTries };
  #placeholders: ReadonlyMap<string, string> = new Map();

  /** @param jsonBytes of one JSON file of `info/` */
  constructor(jsonBytes: number, report: Report) {
    this.#keep = textKeeper(jsonBytes);
    this.#report = report;
  }

  /** A folder or link. */
  add(member: Omit<GateMember, 'sha256' | 'machine'>): void {
    if (readAsJson.test(member.path)) refuse('A5.info', `${shown(member.path)} is a ${member.type}`);
    this.members.set(member.path, { ...member, sha256: null, machine: null });
  }

  /** A file, whose bytes pass next. */
  pass(file: FileFacts): ReturnType<FileObserver> {
    const { path, size } = file;
    const kept = this.#keep(path, size);
    if (kept === 'too-large' && readAsJson.test(path)) refuse('A13.json', `${shown(path)} has ${size} bytes`);
    if (kept === 'too-large') this.tooLarge.push(path);
    const onSecret = (kind: string) => this.#addSecret(path, kind);
    const ofPath = secretOfPath(path);
    if (ofPath !== null) onSecret(ofPath);
    const placeholder = this.#placeholders.get(path) ?? null;
    const look = new FileLook({
      size,
      keep: kept === 'too-large' ? null : kept,
      placeholder,
      onSecret,
      tries: this.#tries,
    });
    return { see: (bytes) => look.see(bytes), end: (sha256) => this.#end(file, sha256, look) };
  }

  #addSecret(path: string, kind: string): void {
    const known = this.secrets.filter((one) => one.kind === kind);
    const isKnown = known.length >= maxSecretsOfAKind || known.some((one) => one.path === path);
    if (!isKnown) this.secrets.push({ path, kind });
  }

  #end(file: FileFacts, sha256: Sha256, look: FileLook): void {
    const { machine, text, lacksPlaceholder } = look.end();
    this.members.set(file.path, { ...file, type: 'file', sha256, linkTarget: null, machine });
    this.unpacked += file.size;
    if (lacksPlaceholder) this.lackPlaceholder.push(file.path);
    if (text === null) return;
    this.texts.set(file.path, text);
    if (readAsJson.test(file.path)) this.#readJson(file.path, decodeUtf8(text, file.path));
  }

  #readJson(path: string, text: string): void {
    const oddity = jsonOddity(text);
    if (oddity?.kind === 'values') refuse('A13.json', `${shown(path)} has ${oddity.detail}`);
    if (oddity !== null) this.#report(`B7.${oddity.kind}`, `${shown(path)}: ${oddity.detail}`);
    if (path === pathsJson) this.#readPaths(text);
  }

  #readPaths(text: string): void {
    this.paths = parsePathsJson(text, pathsJson);
    this.#placeholders = placeholdersOf(this.paths);
    for (const [path, placeholder] of this.#placeholders) {
      if (this.members.get(path)?.type === 'file') this.unsearched.set(path, placeholder);
    }
  }
}

function placeholdersOf(paths: readonly PathsEntry[]): Map<string, string> {
  const placeholders = new Map<string, string>();
  for (const { _path, prefix_placeholder: placeholder } of paths) {
    if (placeholder) placeholders.set(_path, placeholder);
  }
  return placeholders;
}
