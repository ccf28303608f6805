import { canonicalJson } from '../json.ts';
import { type IndexPackageWorld, indexPackage } from './index-package.ts';
import { decisionTag } from './state/decision-tag.ts';
import type { IndexLine } from './state/index-line.ts';
import type { LineChange } from './state/line-change.ts';
import type { Look } from './state/look.ts';

/** The new line of a package that was looked at: reads it, unless it is gone or withdrawn. */
export async function indexLook(look: Look, world: IndexPackageWorld): Promise<LineChange> {
  return { filename: look.filename, line: await lineOf(look, world) };
}

async function lineOf({ filename, listed, decision }: Look, world: IndexPackageWorld): Promise<IndexLine | null> {
  if (listed === null) return null;
  const tag = decisionTag(decision);
  const common = { filename, ...(tag !== undefined && { decision: tag }), record: nothing, ...noFacts };
  if (decision.withdrawn !== undefined) {
    return { ...common, etag: listed.etag, size: listed.size, kind: 'withdrawn' };
  }
  const indexed = await indexPackage(listed, decision, world);
  if (indexed === null) return null;
  const { etag, size } = indexed.head;
  if ('problem' in indexed) return { ...common, etag, size, kind: 'problem', record: json(indexed.problem) };
  const { record, runExports, facts } = indexed;
  const shown = record === null ? { kind: 'withdrawn' as const } : { kind: 'listed' as const, record: json(record) };
  return { ...common, etag, size, ...shown, runExports, facts };
}

const json = (value: unknown): Uint8Array => Buffer.from(canonicalJson(value), 'latin1');
const nothing = json({});
const noFacts = { runExports: nothing, facts: nothing };
