import { canonicalJson } from '../json/json.ts';
import { plainObjectSchema } from '../json/plain-object.ts';
import { keyRules, placeKeys } from './key-rules.ts';
import { type RepodataRecord, recordSchema } from './record.ts';
import type { RecordFinding } from './record-finding.ts';
import { unsoundMember } from './sound-json.ts';

export type NormalRecord =
  | { readonly ok: true; readonly record: RepodataRecord; readonly findings: readonly RecordFinding[] }
  /** A sentence fragment that says why no record can be made of it. */
  | { readonly ok: false; readonly detail: string };

/**
 * A record as all clients read it: what a reader would trip over is mended or left out, `depends` is a list in the one
 * spelling that all of them parse (what has none stays, and `recordFault` names it), and keys that no reader knows stay
 * as they are. What is so already comes out the same: a second time changes nothing. A null or nothing in a key that
 * readers know says nothing, and goes without a finding.
 */
export function normaliseRecord(value: unknown): NormalRecord {
  const members = plainObjectSchema.safeParse(value);
  if (!members.success) return { ok: false, detail: 'the record: is no object' };
  const findings: RecordFinding[] = [];
  const kept: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(members.data)) {
    const read = readMember(key, member, (code, detail) => note(findings, { code, detail: cut(`${key}: ${detail}`) }));
    // No key is `__proto__`, which would be no member: such a one is left out.
    if (read !== undefined) kept[key] = read;
  }
  const parsed = recordSchema.safeParse(kept);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, detail: `${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'does not fit'}` };
  }
  // conda passes over records of a later version, which the others would read as one of theirs.
  if (Number(parsed.data['record_version'] ?? 0) > 1) return { ok: false, detail: 'record_version: is not known' };
  return { ok: true, record: parsed.data, findings };
}

const typedKeys: ReadonlySet<string> = new Set([...keyRules.keys(), ...Object.keys(recordSchema.shape)]);

type Report = (code: RecordFinding['code'], detail: string) => void;

/** What is kept of a member; undefined when nothing is. */
function readMember(key: string, value: unknown, report: Report): unknown {
  const unsound = unsoundMember(key, value);
  if (unsound !== null) return void report('record.left-out', unsound);
  const rule = keyRules.get(key);
  if (rule === undefined) return value === null && typedKeys.has(key) ? undefined : value;
  const read = rule(value, (why) => report('record.left-out', why));
  noteDifference(key, { value, read }, report);
  return read;
}

function noteDifference(key: string, { value, read }: { value: unknown; read: unknown }, report: Report): void {
  if (read === value || isSameList(value, read) || saysNothing(value) || placeKeys.has(key)) return;
  const [was, is] = [value, read].map((one) => canonicalJson(one));
  if (read === undefined) report('record.left-out', `${was}`);
  else if (was !== is) report('record.respelt', `${was} is now ${is}`);
}

/** Of the lists that are read anew nearly all come out as they were: to write them out would take as long as all else. */
const isSameList = (value: unknown, read: unknown): boolean =>
  Array.isArray(value) &&
  Array.isArray(read) &&
  value.length === read.length &&
  value.every((one, place) => one === read[place]);

const saysNothing = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Three times as many as there are keys that readers know: a list may have millions of values that are left out. */
const maxFindings = 100;

/** The last one says that there are more. */
function note(findings: RecordFinding[], finding: RecordFinding): void {
  if (findings.length === maxFindings) return;
  const isLast = findings.length === maxFindings - 1;
  findings.push(isLast ? { code: 'record.left-out', detail: 'so many values that not all of them are told' } : finding);
}

/** Enough to see what a value was. */
const maxDetailCharacters = 400;

const cut = (text: string): string =>
  text.length > maxDetailCharacters ? `${text.slice(0, maxDetailCharacters)}...` : text;
