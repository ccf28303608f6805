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

const solutionsSchema = z.strictObject({
  version: z.literal(1),
  /** Of all solutions, `<subdir>/<fileName>`. */
  keys: z.array(z.string()),
  /** By a hash of all that it depends on: what was chosen, by place among `keys`, or why there is nothing. Those used last come last. */
  solutions: z.array(z.tuple([sha256Schema, z.union([z.array(z.int().nonnegative()), z.string()])])),
});

/** The solutions of earlier plans, those used last behind the others; none where they are damaged. Losing them costs time alone. */
export async function readKeptSolutions(cache: Pick<DocumentCache, 'get'>): Promise<Map<Sha256, SoundSolution>> {
  try {
    const document = await cache.get(solutionsUrl);
    if (document === null || document.size > maxDocumentBytes) return new Map();
    const text = Buffer.from(await document.read(0, document.size)).toString();
    const { keys, solutions } = parseJson(text, solutionsSchema, solutionsUrl);
    return new Map(
      solutions.map(([hash, found]) => [
        hash,
        typeof found === 'string'
          ? { status: 'unsolvable', explanation: found }
          : { status: 'solved', keys: found.map((place) => keys[place] ?? '') },
      ]),
    );
  } catch (error) {
    if (!isOfNoMatter(error)) throw error;
    return new Map();
  }
}

/** Keeps solutions for the next plan, those used last behind the others. A cache that takes no more is of no matter. */
export async function writeKeptSolutions(
  cache: Pick<DocumentCache, 'put'>,
  kept: ReadonlyMap<Sha256, SoundSolution>,
): Promise<void> {
  const places = new Map<string, number>();
  const placeOf = (key: string): number => {
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  };
  const solutions = [...kept].map(([hash, solution]) => [
    hash,
    solution.status === 'solved' ? solution.keys.map(placeOf) : solution.explanation,
  ]);
  const bytes = Buffer.from(JSON.stringify({ version: 1, keys: [...places.keys()], solutions }));
  if (bytes.length > maxDocumentBytes)
    return writeKeptSolutions(cache, new Map([...kept].slice(Math.ceil(kept.size / 2))));
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
