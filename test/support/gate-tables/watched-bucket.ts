import { z } from 'zod';
import { isPassing, verdictSchema } from '../../../core/documents/gate/verdict.ts';
import { parseJson } from '../../../core/json/json.ts';
import { verdictKey } from '../../../core/layout/gate-keys.ts';
import { type ObjectKey, objectKeySchema } from '../../../core/layout/keys.ts';
import { type Sha256, sha256Of, sha256Schema } from '../../../core/names/digest.ts';
import { type Bucket, type Change, type Entry, newBucket } from '../../twins/store-memory.ts';

const listing = z.looseObject({ sha256: sha256Schema });
const repodata = z.looseObject({
  packages: z.record(z.string(), listing),
  'packages.conda': z.record(z.string(), listing),
});
const index = /^conda\/([^/]+)\/repodata\.json$/;
const isNever = /\.(?:conda|tar\.bz2|whl)$|^_gatehouse\/(?:provenance|ledger)\//;

const text = ({ bytes }: Entry): string => Buffer.from(bytes).toString();

/** What an index lists, by key, with the sha256 of each. */
function listedIn(key: string, entry: Entry): [ObjectKey, string, Sha256][] {
  const [, subdir = ''] = index.exec(key) ?? [];
  const { packages, 'packages.conda': conda } = parseJson(text(entry), repodata, key);
  return Object.entries({ ...packages, ...conda }).map(([name, { sha256 }]) => [
    objectKeySchema.parse(`conda/${subdir}/${name}`),
    `${subdir}/${name}`,
    sha256,
  ]);
}

/** What of a listing does not hold: the bytes are there (R2), and the gate has let them in (R8). */
function faultOf({ objects }: Bucket, key: string, entry: Entry): string | null {
  for (const [at, id, sha256] of listedIn(key, entry)) {
    const there = objects.get(at);
    if (there === undefined || sha256Of(there.bytes) !== sha256) return `R2: ${key} lists ${id}, which is not there so`;
    const verdict = objects.get(verdictKey(id, sha256));
    if (verdict === undefined || !isPassing(parseJson(text(verdict), verdictSchema, id)))
      return `R8: ${key} lists ${id}, which the gate has not let in`;
  }
  return null;
}

const generation = ({ metadata }: Entry): number => Number(metadata['generation'] ?? 0);

function broken(bucket: Bucket, { key, before, after }: Change): string | null {
  if (isNever.test(key) && before !== null && after !== null && sha256Of(before.bytes) !== sha256Of(after.bytes))
    return `R7: ${key} has other bytes`;
  if (before !== null && after !== null && index.test(key) && generation(after) < generation(before))
    return `R4: ${key} went back`;
  const indexes = [...bucket.objects].filter(([at]) => index.test(at));
  // R3: each parses by itself. R12: bytes go after the index dropped them.
  for (const [at, entry] of indexes) {
    const fault = faultOf(bucket, at, entry);
    if (fault !== null) return after === null ? `R12, at the removal of ${key}: ${fault}` : fault;
  }
  return null;
}

/** A bucket every change of which is held to what an index of conda's may list, and when; and what did not hold. */
export function watchedBucket(): { readonly bucket: Bucket; readonly broken: string[] } {
  const found: string[] = [];
  const bucket: Bucket = newBucket({
    onChange: (change) => {
      const fault = broken(bucket, change);
      if (fault !== null) found.push(fault);
    },
  });
  return { bucket, broken: found };
}
