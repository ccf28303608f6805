import { z } from 'zod';
import type { JsonFault } from '../../json/json-fault.ts';
import { type JsonNode, locateJson, nodeAt } from '../../json/locate-json.ts';
import { formatProblem, problemsIn, quoted } from '../../json/text-problem.ts';
import { parsePatchFileName } from '../../layout/patch-file-name.ts';
import { type PackageFormat, parsePackageFileName } from '../../names/package-file-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import { didYouMean } from '../../problems/did-you-mean.ts';
import { GatehouseError } from '../../problems/error.ts';
import { keyRules, placeKeys } from '../../record/key-rules.ts';
import { normaliseRecord } from '../../record/normalise-record.ts';
import { plainDependency } from '../../record/plain-dependency.ts';
import { recordSchema } from '../../record/record.ts';

/** Package file name -> key of its record -> the value that replaces it. */
const changes = z.record(z.string(), z.record(z.string(), z.json()));
const fileNames = z.array(z.string().refine((name) => parsePackageFileName(name) !== null, 'is no package file name'));

/**
 * Keys that no hotfix may set. CEP 47 and CEP 12 ("MUST NOT be patched") name the first two; the rest says which bytes
 * a record is about, and a client that fetched others would refuse them.
 */
const untouchable = [
  'indexed_timestamp',
  'run_exports',
  'name',
  'version',
  'build',
  'subdir',
  'md5',
  'sha256',
  'size',
  ...placeKeys,
];

const formats = { packages: '.tar.bz2', 'packages.conda': '.conda' } as const satisfies Record<string, PackageFormat>;

/**
 * `patch_instructions.json` in the version 1 that conda's channels write and conda-index reads
 * (https://github.com/conda/conda-index, `_apply_instructions`).
 */
export const instructionsSchema = z
  .strictObject({
    patch_instructions_version: z.literal(1, 'is not a version that is known here'),
    packages: changes.default({}),
    'packages.conda': changes.default({}),
    remove: fileNames.default([]),
    revoke: fileNames.default([]),
  })
  .superRefine((instructions, context) => {
    const sections = ['packages', 'packages.conda'] as const;
    for (const fault of sections.flatMap((section) => faultsIn(section, instructions[section]))) {
      context.addIssue({ code: 'custom', ...fault });
    }
  });
export type PatchInstructions = z.infer<typeof instructionsSchema>;

interface Fault {
  readonly path: string[];
  readonly message: string;
}

function faultsIn(section: keyof typeof formats, patches: z.infer<typeof changes>): Fault[] {
  return Object.entries(patches).flatMap(([filename, patch]) => {
    const isPackage = parsePackageFileName(filename)?.endsWith(formats[section]) === true;
    const path = [section, filename];
    const misnamed = { path, message: `is not the name of a ${formats[section]} package` };
    const faults = Object.entries(patch).flatMap(([key, value]) => {
      const message = faultOf(key, value);
      return message === null ? [] : [{ path: [...path, key], message }];
    });
    return isPackage ? faults : [misnamed, ...faults];
  });
}

/** Why a key of a record cannot be given a value, or null. */
function faultOf(key: string, value: unknown): string | null {
  if (untouchable.includes(key)) return 'cannot be patched';
  const near = knownKeys.has(key) ? null : didYouMean(key, knownKeys);
  // Records have keys that are not known here, but a misspelt one would be a hotfix that mends nothing.
  if (near !== null) return `is no key of a record: did you mean "${near}"?`;
  const typed = typedKeys.get(key)?.safeParse(value);
  if (typed?.success === false) return `does not fit: ${typed.error.issues[0]?.message}`;
  const specs = (key === 'depends' || key === 'constrains') && Array.isArray(value) ? value.map(String) : [];
  const bad = specs.find((text) => plainDependency(text) === null);
  if (bad !== undefined) return `${quoted(bad)} is no dependency that every client can read`;
  const normal = normaliseRecord({ ...anyRecord, [key]: value });
  const leftOut = normal.ok ? normal.findings.find(({ code }) => code === 'record.left-out') : normal;
  return leftOut === undefined ? null : `is nothing that every client can read: ${leftOut.detail}`;
}

const typedKeys = new Map(Object.entries(recordSchema.shape));
const knownKeys: ReadonlySet<string> = new Set([...typedKeys.keys(), ...keyRules.keys()]);
/** What a value is tried on. */
const anyRecord = { name: 'a', version: '0', build: '0', build_number: 0 };

export const patchFolderHint =
  'patches/ beside the allowlist holds one file for each subdir, such as patches/linux-64.json';

/**
 * The subdir whose hotfixes a file of the repository's `patches/` holds; null for a hidden one, which is passed over.
 *
 * @param name without its folder
 * @param file what people call the file
 * @throws GatehouseError `patches.invalid` for a name that no subdir has
 */
export function subdirOfPatchFile(name: string, file: string): Subdir | null {
  const parsed = parsePatchFileName(name);
  if (parsed.status === 'subdir') return parsed.subdir;
  if (parsed.status === 'hidden') return null;
  const hint = parsed.hint ?? patchFolderHint;
  throw new GatehouseError('patches.invalid', `${file} is not named for a subdir`, { hint });
}

/** Far beyond what people write by hand. */
export const maxPatchFileBytes = 16 * 1024 * 1024;

/** A file with more faults is mended in several goes. */
const maxFaultsShown = 20;

/**
 * Reads `patches/<subdir>.json`, whole or not at all: a hotfix that is passed over silently may be the one that matters.
 *
 * @param file what people call the file
 * @throws GatehouseError `patches.invalid` with every problem on a line of its own: file, line, column and a hint
 */
export function readPatchFile(bytes: Uint8Array, file: string): PatchInstructions {
  if (bytes.length > maxPatchFileBytes)
    throw new GatehouseError('patches.invalid', `${file} is larger than 16 MiB`, { hint });
  const text = decoded(bytes, file);
  const { root, faults } = locateJson(text);
  if (root === null) throw refused(text, file, faults);
  const parsed = instructionsSchema.safeParse(root.value);
  if (parsed.success && faults.length === 0) return parsed.data;
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsAt(root, issue));
  throw refused(text, file, [...faults, ...issues]);
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GatehouseError('patches.invalid', `${file}:1:1: is not UTF-8`, { hint, cause });
  }
}

function refused(text: string, file: string, faults: readonly JsonFault[]): GatehouseError {
  const inOrder = faults.toSorted((a, b) => a.start - b.start).slice(0, maxFaultsShown);
  const lines = inOrder.map(problemsIn(text)).flatMap((problem) => formatProblem(file, problem));
  return new GatehouseError('patches.invalid', lines, { hint });
}

const hint = "README.md shows such a file; its format is that of conda's patch_instructions.json, version 1";

type Issue = NonNullable<ReturnType<typeof instructionsSchema.safeParse>['error']>['issues'][number];

function faultsAt(root: JsonNode, issue: Issue): JsonFault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(root, key));
  const path = issue.path.map(String);
  const key = keyAt(root, path);
  const node = nodeAt(root, issue.path);
  if (node === null) return [{ start: root.start, end: root.start + 1, message: `${path.join('.')} is missing` }];
  // A member is pointed at by its key: its value may run over many lines.
  const { start, end } = key ?? node;
  return [{ start, end, message: `${subjectOf(issue)} ${worded(issue)}` }];
}

function subjectOf({ path }: Issue): string {
  const last = path.at(-1) ?? 'the file';
  return typeof last === 'number' ? `item ${last + 1}` : String(last);
}

const worded = ({ code, message }: Issue): string =>
  code === 'custom' || code === 'invalid_value' ? message : `does not fit: ${message}`;

function keyAt(root: JsonNode, path: readonly string[]) {
  return nodeAt(root, path.slice(0, -1))?.members.get(path.at(-1) ?? '')?.key;
}

function unknownKey(root: JsonNode, key: string): JsonFault {
  const { start, end } = root.members.get(key)?.key ?? root;
  const near = didYouMean(key, Object.keys(instructionsSchema.shape));
  return { start, end, message: `unknown key "${key}"`, ...(near !== null && { hint: `did you mean "${near}"?` }) };
}
