import type { z } from 'zod';
import type { JsonFault, Span, Wording } from '../../json/json-fault.ts';
import { type JsonNode, nodeAt } from '../../json/locate-json.ts';
import { quoted } from '../../json/text-problem.ts';
import { platformNames } from '../../names/subdir.ts';
import { didYouMean } from '../../problems/did-you-mean.ts';
import { allowlistSchema, detailedEntrySchema } from './allowlist-schema.ts';
import { policySchema, waiverEntrySchema } from './policy-schema.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Finds where a document does not fit the allowlist's schema, and words each fault. */
export function schemaFaults(root: JsonNode): JsonFault[] {
  const parsed = allowlistSchema.safeParse(root.value);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(root, issue, []));
}

function faultsOf(root: JsonNode, issue: Issue, base: Path): JsonFault[] {
  const path = [...base, ...issue.path];
  const node = nodeAt(root, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.flatMap((key) => unknownKey(node, path, key));
  if (issue.code === 'invalid_union') return unionFaults(root, issue, path);
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ ...keySpan(root, path), ...wordingOf(inner, null) }));
  }
  if (node !== null) return [{ start: node.start, end: node.end, ...wordingOf(issue, node) }];
  const owner = nodeAt(root, path.slice(0, -1)) ?? root;
  const message = `the key ${quoted(String(path.at(-1)))} is missing`;
  return [{ start: owner.start, end: owner.start + 1, message }];
}

/** The branch of a union that is made for the kind of value found says what is wrong with it. */
function unionFaults(root: JsonNode, issue: z.core.$ZodIssueInvalidUnion, path: Path): JsonFault[] {
  const fits = (issues: readonly Issue[]): boolean =>
    !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0);
  const branch = issue.errors.find(fits);
  if (branch !== undefined) return branch.flatMap((inner) => faultsOf(root, inner, path));
  const node = nodeAt(root, path) ?? root;
  const message = `expected a MatchSpec in quotes or an object, found ${kindOf(node.value)}`;
  return [{ start: node.start, end: node.end, message }];
}

function unknownKey(node: JsonNode | null, path: Path, key: string): JsonFault[] {
  const span = node?.members.get(key)?.key;
  // locateJson has reported __proto__ already.
  if (span === undefined || key === '__proto__') return [];
  const { start, end } = span;
  const of = path[0] === 'virtualPackages' ? platformWording(key) : { message: `unknown key ${quoted(key)}` };
  const candidates = knownKeys(path);
  const near = path[0] === 'virtualPackages' ? null : didYouMean(key, candidates);
  return [{ start, end, ...(near === null ? {} : { hint: `did you mean "${near}"?` }), ...of }];
}

function knownKeys([first, second]: Path): string[] {
  if (first === undefined) return Object.keys(allowlistSchema.shape);
  if (first === 'policy') return Object.keys(second === undefined ? policySchema.shape : { days: 0, local: false });
  return Object.keys(first === 'waivers' ? waiverEntrySchema.shape : detailedEntrySchema.shape);
}

function keySpan(root: JsonNode, path: Path): Span {
  const owner = nodeAt(root, path.slice(0, -1)) ?? root;
  const { start, end } = owner.members.get(String(path.at(-1)))?.key ?? owner;
  return { start, end };
}

function wordingOf(issue: Issue, node: JsonNode | null): Wording {
  const value = node?.value;
  if (issue.code === 'custom') return customWording(issue);
  if (issue.code === 'too_small' && issue.origin !== 'number') return { message: 'this list needs at least one item' };
  if (issue.code === 'invalid_value') return choiceWording(issue, value);
  if (issue.code !== 'invalid_type') return { message: issue.message };
  const wanted = nouns[issue.expected] ?? issue.expected;
  // A version as a number loses its zeros: 3.10 would be read as 3.1.
  const hint = issue.expected === 'string' && typeof value === 'number' ? { hint: 'put it in quotes' } : {};
  return { message: `expected ${wanted}, found ${kindOf(value)}`, ...hint };
}

function choiceWording({ values }: z.core.$ZodIssueInvalidValue, value: unknown): Wording {
  if (typeof value !== 'string') return { message: `expected text in quotes, found ${kindOf(value)}` };
  if (values.includes('linux-64')) return platformWording(value);
  const hint = hintOf(didYouMean(value, values.map(String)));
  return { message: `${quoted(value)} is not one of ${values.join(', ')}`, ...hint };
}

function customWording(issue: z.core.$ZodIssueCustom): Wording {
  const hint: unknown = issue.params?.['hint'];
  return { message: issue.message, ...(typeof hint === 'string' ? { hint } : {}) };
}

function platformWording(name: string): Wording {
  if (name === 'noarch') {
    return { message: 'noarch is not a platform', hint: 'leave it out: every platform reads noarch too' };
  }
  const near = didYouMean(name, platformNames);
  const hint = near === null ? `known are ${platformNames.join(', ')}` : `did you mean "${near}"?`;
  return { message: `unknown platform ${quoted(name)}`, hint };
}

const hintOf = (near: string | null): { hint?: string } => (near === null ? {} : { hint: `did you mean "${near}"?` });

const nouns: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list [...]',
  object: 'an object {...}',
  record: 'an object {...}',
};

/** The kind of a JSON value, in words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'text' : `the ${typeof value} ${value}`;
}
