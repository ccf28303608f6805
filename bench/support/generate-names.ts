import { seededRandom } from '../../test/support/random.ts';

/** How large a generated upstream is and which one of its kind: equal shapes give equal upstreams. */
export interface UpstreamShape {
  /** Records in all subdirs together, exactly. At least 12 per platform. */
  readonly records: number;
  /** Different package names; a 21st of `records` when absent, as on conda-forge. */
  readonly names?: number;
  readonly seed: number;
  /** Subdirs besides `noarch`. */
  readonly platforms: readonly string[];
}

/** Where a build goes, and the python minor it is compiled against, if any. */
export interface Variant {
  readonly subdir: string;
  readonly python?: number;
}

/** One package name of a generated upstream, with all that its records are made of. */
export interface GeneratedName {
  readonly name: string;
  readonly kind: 'python' | 'noarch' | 'library' | 'extension';
  readonly variants: readonly Variant[];
  /** Records of this name. The newest versions have every variant, the oldest may lack some. */
  readonly records: number;
  /** Oldest first. */
  readonly versions: readonly string[];
  /** Names earlier in the list: the graph has no cycle. */
  readonly needs: readonly GeneratedName[];
}

const pythonMinors = [12, 11, 10] as const;
const patches = 3;

/** The names in an order where each needs only earlier ones; python is the first and half of all need it. */
export function generateNames(shape: UpstreamShape): readonly GeneratedName[] {
  const { records, seed, platforms, names: count = Math.max(2, Math.round(records / 21)) } = shape;
  const hub = Math.min(pythonMinors.length * patches * platforms.length, Math.floor(records / 4));
  if (hub < pythonMinors.length * platforms.length) throw new RangeError('12 records per platform at least');
  const random = seededRandom(seed);
  const shares = sharesOf(records - hub, Math.max(1, count - 1), random);
  const names = [pythonName(hub, platforms)];
  for (const [i, share] of shares.entries()) {
    names.push(i === 0 ? pipName(share, names) : generateName(share, names, { platforms, random }));
  }
  return names;
}

/** `total` split into `count` parts, the largest about seven times the smallest. */
function sharesOf(total: number, count: number, random: () => number): readonly number[] {
  const weights = Array.from({ length: count }, () => 0.25 + 1.5 * random());
  const sum = weights.reduce((a, b) => a + b, 0);
  let before = 0;
  return weights.map((weight) => {
    const start = Math.round((before / sum) * total);
    before += weight;
    return Math.round((before / sum) * total) - start;
  });
}

function pythonName(records: number, platforms: readonly string[]): GeneratedName {
  const variants = platforms.map((subdir) => ({ subdir }));
  const count = Math.ceil(records / variants.length);
  // The newest of each minor first, so that every minor is there however few records there are.
  const newestFirst = Array.from({ length: count }, (_, i) => {
    const minor = pythonMinors[i % pythonMinors.length];
    return `3.${minor}.${Math.floor((count - 1 - i) / pythonMinors.length)}`;
  });
  return { name: 'python', kind: 'python', variants, records, versions: newestFirst.reverse(), needs: [] };
}

function pipName(records: number, [python]: readonly GeneratedName[]): GeneratedName {
  const versions = versionsOf(records, 20);
  const variants = [{ subdir: 'noarch' }];
  return { name: 'pip', kind: 'noarch', variants, records, versions, needs: python ? [python] : [] };
}

interface Surroundings {
  readonly platforms: readonly string[];
  readonly random: () => number;
}

function generateName(
  records: number,
  earlier: readonly GeneratedName[],
  { platforms, random }: Surroundings,
): GeneratedName {
  const { kind, variants } = kindOf(records, platforms, random());
  const versions = versionsOf(Math.ceil(records / variants.length), Math.floor(random() * 4));
  const needs = new Set(kind === 'library' ? [] : earlier.slice(0, 1));
  for (let i = Math.floor(random() * 14); i > 0; i--) {
    // Squared: the earlier a name, the more need it, as few names are needed by most.
    const need = earlier[Math.floor(random() ** 2 * earlier.length)];
    if (need && (kind !== 'library' || need.kind === 'library')) needs.add(need);
  }
  const word = words[Math.floor(random() * words.length)];
  return { name: `${word}-${earlier.length}`, kind, variants, records, versions, needs: [...needs] };
}

const words = [
  'libquartz',
  'pyterrace',
  'r-meadow',
  'harbor',
  'jupyter-orchid',
  'lantern-core',
  'flask-willow',
  'zinc',
];

/** Too few records for one version with every variant make a name noarch. */
function kindOf(
  records: number,
  platforms: readonly string[],
  chance: number,
): Pick<GeneratedName, 'kind' | 'variants'> {
  const library = platforms.map((subdir) => ({ subdir }));
  const extension = library.flatMap(({ subdir }) => pythonMinors.map((python) => ({ subdir, python })));
  if (chance < 0.3 && records >= library.length) return { kind: 'library', variants: library };
  if (chance < 0.55 && records >= extension.length) return { kind: 'extension', variants: extension };
  return { kind: 'noarch', variants: [{ subdir: 'noarch' }] };
}

/** `count` versions, oldest first: 1.0.0, 1.0.1, 1.0.2, 1.1.0, ... with a new major every twelve. */
const versionsOf = (count: number, firstMajor: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${firstMajor + Math.floor(i / 12)}.${Math.floor((i % 12) / 3)}.${i % 3}`);
