import type { JsonFault } from '../../allowlist/json-fault.ts';
import { type JsonNode, locateJson, nodeAt } from '../../allowlist/locate-json.ts';
import { formatProblem, problemsIn } from '../../allowlist/text-problem.ts';
import { didYouMean } from '../../did-you-mean.ts';
import { GatehouseError } from '../../error.ts';
import { instructionsSchema, type PatchInstructions } from './patch-instructions.ts';

/** Bytes: far beyond what people write by hand. */
export const largestPatchFile = 16 * 1024 * 1024;

/** Told at once; a file with more is mended in several goes. */
const mostFaults = 20;

/**
 * `patches/<subdir>.json`, whole or not at all: a hotfix that is passed over silently may be the one that matters.
 *
 * @param file what people call the file
 * @throws GatehouseError `patches.invalid` with every problem on a line of its own: file, line, column and a hint
 */
export function readPatchFile(bytes: Uint8Array, file: string): PatchInstructions {
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
  const inOrder = faults.toSorted((a, b) => a.start - b.start).slice(0, mostFaults);
  const lines = inOrder.map(problemsIn(text)).map((problem) => formatProblem(file, problem));
  return new GatehouseError('patches.invalid', lines.join('\n'), { hint });
}

const hint = "README.md shows such a file; its format is that of conda's patch_instructions.json, version 1";

type Issue = NonNullable<ReturnType<typeof instructionsSchema.safeParse>['error']>['issues'][number];

function faultsAt(root: JsonNode, issue: Issue): JsonFault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(root, key));
  const path = issue.path.map(String);
  const key = keyAt(root, path);
  const node = nodeAt(root, issue.path);
  if (node === null) return [{ start: root.start, end: root.start + 1, message: `${path.join('.')} is missing` }];
  // Of a member the key is shown: its value may be many lines.
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
