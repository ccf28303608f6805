import { seededRandom } from './seeded-random.ts';

/** Natural logs: two of three packages are within a factor of 2.7 of the median, and one in a hundred beyond ten. */
const spread = 1;

/** Sizes in bytes as a channel's packages have them, log-normal around a median; the same for the same seed. */
export function payloadSizes(medianBytes: number, seed: number): () => number {
  const random = seededRandom(seed);
  return () => {
    // Box and Muller; 1 - random() is never 0.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.round(medianBytes * Math.exp(spread * normal));
  };
}
