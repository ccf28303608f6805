import { sha256Of } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import { provenancePrefix } from '../layout.ts';
import type { ListedPackage } from '../list-packages.ts';
import { indexLook } from './index-look.ts';
import type { IndexPackageWorld } from './index-package.ts';
import type { IndexLine } from './state/index-line.ts';
import type { LineChange } from './state/line-change.ts';
import type { Look } from './state/look.ts';

/**
 * The new line of a package that was looked at, as {@link indexLook} makes it. A problem is noted with what was known of
 * the package then: with its bytes and its decision, that is all it can come from, so a problem that was met before is
 * read again when that changed, and costs one list otherwise.
 *
 * @returns null when there is no new line: the problem is the one it was
 */
export async function takeLook(look: Look, world: IndexPackageWorld): Promise<LineChange | null> {
  if (look.problem === undefined) {
    const change = await indexLook(look, world);
    if (change.line?.kind !== 'problem') return change;
  }
  if (look.listed === null) return indexLook(look, world);
  const known = await knownNow(look.listed, world);
  if (look.problem !== undefined && Buffer.from(look.problem.facts).equals(known)) return null;
  // Read (again) after the list: what comes to be known in between shows at the next look.
  return noting(await indexLook(look, world), known);
}

const noting = ({ filename, line }: LineChange, known: Buffer): LineChange => ({
  filename,
  line: line?.kind === 'problem' ? ({ ...line, facts: known } satisfies IndexLine) : line,
});

/** Names the provenances there are of a package, with their tags; canonical JSON, kept as the facts of a problem. */
async function knownNow(
  { filename, subdir }: ListedPackage,
  { store, channel }: Pick<IndexPackageWorld, 'store' | 'channel'>,
): Promise<Buffer> {
  const found: string[] = [];
  for await (const { key, etag } of store.list(provenancePrefix(channel, subdir, filename))) found.push(key, etag);
  return Buffer.from(canonicalJson({ known: sha256Of(canonicalJson(found)).slice(0, 16) }), 'latin1');
}
