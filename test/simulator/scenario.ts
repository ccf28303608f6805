import fc from 'fast-check';
import type { PackageKind } from './simulated-package.ts';

/**
 * What happens to a package, one after the other: `put` (again with the same bytes), `delete` by hand without a word,
 * `impostor` puts other bytes under the name once it is free, `withdraw` and `reinstate` in control, `change` gives it
 * another record there, `remove` is the orderly way: withdraw, wait until no index lists it, delete. `recall` is a sweep's: its
 * verdict turns bad, and control says so; `release` ends that.
 */
const actions = [
  'put',
  'delete',
  'impostor',
  'withdraw',
  'reinstate',
  'change',
  'remove',
  'recall',
  'release',
] as const;
export type Action = (typeof actions)[number];

export interface Faults {
  /** Share of conditional writes answered 409 or 412 without being applied. */
  readonly conflict: number;
  /** Share of calls that fail without effect. */
  readonly broken: number;
  /** Share of writes that are applied and whose answer is lost. */
  readonly ambiguous: number;
  /** Share of calls at which a worker stops for good. */
  readonly crash: number;
}

export interface Scenario {
  /** Of every delay, fault and order. */
  readonly seed: number;
  readonly packages: readonly { readonly kind: PackageKind; readonly script: readonly Action[] }[];
  /** Messages handled at a time. */
  readonly workers: number;
  /** `bytes`: a tag is the MD5 of the bytes, as S3's is; `writes`: a tag is new with every write, as a folder's is. */
  readonly etags: 'bytes' | 'writes';
  readonly pageSize: number;
  /** Share of a worker's calls that take up to half a second instead of up to 10 ms. */
  readonly stall: number;
  readonly faults: Faults;
  readonly events: { readonly duplicated: number; readonly dropped: number; readonly hinted: number };
  /** Milliseconds by which a worker's clock may be wrong; 0 is one clock that stands still (`SOURCE_DATE_EPOCH`). */
  readonly skew: number;
  /** Who asks for the option forms that the simulator can afford: nobody, everybody, or each run by chance. */
  readonly forms: 'none' | 'all' | 'some';
  /** Share of a worker's reads of the state right before which somebody else writes it, saying the same. */
  readonly rivals: number;
}

const noFaults: Faults = { conflict: 0, broken: 0, ambiguous: 0, crash: 0 };
/** One worker, nothing goes wrong. */
export const calm: Scenario = {
  seed: 1,
  packages: [],
  workers: 1,
  etags: 'writes',
  pageSize: 1000,
  stall: 0,
  faults: noFaults,
  events: { duplicated: 0, dropped: 0, hinted: 0 },
  skew: 0,
  forms: 'none',
  rivals: 0,
};

export const faults = fc.oneof(
  fc.constant(noFaults),
  fc.constant<Faults>({ conflict: 0.05, broken: 0.005, ambiguous: 0.03, crash: 0 }),
  fc.constant<Faults>({ conflict: 0.02, broken: 0.002, ambiguous: 0.02, crash: 0.008 }),
);

const script = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<Action>('delete') },
    { weight: 4, arbitrary: fc.constantFrom(...actions) },
  ),
  { minLength: 0, maxLength: 3 },
);

const kinds: readonly PackageKind[] = ['upstream', 'upstream', 'upstream', 'upstream', 'copied', 'poison', 'held'];

const lives = (most: number) =>
  fc.array(fc.record({ kind: fc.constantFrom<PackageKind>(...kinds), script }), {
    minLength: 1,
    maxLength: most,
  });

/** A run of the world; fast-check makes it smaller when it broke something. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.noShrink(fc.nat()),
  packages: fc.oneof(lives(1), lives(3)),
  workers: fc.integer({ min: 2, max: 6 }),
  etags: fc.constantFrom('bytes', 'writes'),
  pageSize: fc.constantFrom(1000, 3, 1),
  stall: fc.constantFrom(0.12, 0.12, 0),
  faults,
  events: fc.constantFrom(
    // Nothing comes twice: the last event is the last chance.
    { duplicated: 0, dropped: 0, hinted: 0.5 },
    { duplicated: 0, dropped: 0, hinted: 1 },
    { duplicated: 0.3, dropped: 0, hinted: 1 },
    { duplicated: 0.1, dropped: 0, hinted: 0 },
    { duplicated: 0.1, dropped: 0.2, hinted: 0.5 },
  ),
  skew: fc.constantFrom(0, 48 * 3_600_000),
  forms: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'all', 'some'),
  // Last, so that a seed still makes the worlds it made.
  rivals: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0.9),
});
