import { z } from 'zod';
import { parseJson } from '../../json/json.ts';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import type { DocumentCache } from '../../ports/cache.ts';
import type { Solution } from '../../ports/solver.ts';
import { GatehouseError } from '../../problems/error.ts';

/** A solution that says something of what was asked. */
export type SoundSolution = Exclude<Solution, { status: 'failed' }>;

/** Where a cache of documents has the solutions; no upstream has a URL of this scheme. */
const solutionsUrl = 'gatehouse:solutions';

/** What is larger was not written here: 5,000 solutions of 100 packages each take 3 MB. */
const maxDocumentBytes = 64 * 1024 ** 2;

export interface KeptDocument {
  readonly solutions: ReadonlyMap<Sha256, SoundSolution>;
  /** By a hash of a whole pool and some specs: the digest of what those reach in it. Of the pools of the last plan alone. */
  readonly reached: ReadonlyMap<Sha256, string>;
}

const solutionsSchema = z.strictObject({
  version: z.literal(1),
  /** Of all solutions, `<subdir>/<fileName>`. */
  keys: z.array(z.string()),
  /** By a hash of all that it depends on: what was chosen, by place among `keys`, or why there is nothing. Those used last come last. */
  solutions: z.array(z.tuple([sha256Schema, z.union([z.array(z.int().nonnegative()), z.string()])])),
  reached: z.array(z.tuple([sha256Schema, z.string()])),
});

const nothing: KeptDocument = { solutions: new Map(), reached: new Map() };

/** The solutions of earlier plans, those used last behind the others; none where they are damaged. Losing them costs time alone. */
export async function readKeptSolutions(cache: Pick<DocumentCache, 'get'>): Promise<KeptDocument> {
  try {
    const document = await cache.get(solutionsUrl);
    if (document === null || document.size > maxDocumentBytes) return nothing;
    const text = Buffer.from(await document.read(0, document.size)).toString();
    const { keys, solutions, reached } = parseJson(text, solutionsSchema, solutionsUrl);
    const solutionOf = (found: readonly number[] | string): SoundSolution =>
      typeof found === 'string'
        ? { status: 'unsolvable', explanation: found }
        : { status: 'solved', keys: found.map((place) => keys[place] ?? '') };
    return {
      solutions: new Map(solutions.map(([hash, found]) => [hash, solutionOf(found)])),
      reached: new Map(reached),
    };
  } catch (error) {
    if (!isOfNoMatter(error)) throw error;
    return nothing;
  }
}

/** Keeps solutions for the next plan, those used last behind the others. A cache that takes no more is of no matter. */
export async function writeKeptSolutions(
  cache: Pick<DocumentCache, 'put'>,
  { solutions, reached }: KeptDocument,
): Promise<void> {
  const places = new Map<string, number>();
  const placeOf = (key: string): number => {
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  };
  const placed = [...solutions].map(([hash, solution]) => [
    hash,
    solution.status === 'solved' ? solution.keys.map(placeOf) : solution.explanation,
  ]);
  const document = { version: 1, keys: [...places.keys()], solutions: placed, reached: [...reached] };
  const bytes = Buffer.from(JSON.stringify(document));
  if (bytes.length > maxDocumentBytes) {
    const later = new Map([...solutions].slice(Math.ceil(solutions.size / 2)));
    return writeKeptSolutions(cache, { solutions: later, reached: new Map() });
  }
  try {
    await cache.put(solutionsUrl, null, inOneChunk(bytes));
  } catch (error) {
    if (!isOfNoMatter(error)) throw error;
  }
}

async function* inOneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const isOfNoMatter = (error: unknown): boolean =>
  error instanceof GatehouseError && (error.code === 'json.invalid' || error.code.startsWith('store.'));
