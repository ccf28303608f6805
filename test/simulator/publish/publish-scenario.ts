import fc from 'fast-check';
import { faults, type Scenario } from '../scenario.ts';

type Side = 'channel' | 'staging';

/** What people and programs do to a store. A release, and of its files which make, by number. */
export type PublishAction =
  | { readonly act: 'publish'; readonly release: number; readonly make: number; readonly to: Side }
  | { readonly act: 'promote' | 'yank' | 'undo'; readonly release: number }
  /** A plan of what control says is made, and written later. */
  | { readonly act: 'sync' }
  /** A file of a release is deleted by hand, of the wheel and the package one by number. */
  | { readonly act: 'delete'; readonly release: number; readonly file: number; readonly side: Side };

/** What becomes of a wheel of an index; only one program mirrors. */
export type MirrorAction = 'mirror' | 'withdraw' | 'remove';

export interface PublishScenario
  extends Pick<Scenario, 'seed' | 'workers' | 'etags' | 'pageSize' | 'stall' | 'faults' | 'events' | 'skew'> {
  /** What each of several does, one after the other. */
  readonly people: readonly (readonly PublishAction[])[];
  readonly mirror: readonly MirrorAction[];
}

const number = fc.constantFrom(0, 1);
const side = fc.constantFrom<Side>('channel', 'staging');
const publishing = fc.record({ act: fc.constant('publish' as const), release: number, make: number, to: side });
const releasing = fc.record({ act: fc.constantFrom('promote', 'yank', 'undo'), release: number });
const deleting = fc.record({ act: fc.constant('delete' as const), release: number, file: number, side });

const anything = fc.oneof(
  { weight: 2, arbitrary: publishing },
  { weight: 5, arbitrary: releasing },
  { weight: 2, arbitrary: fc.constant<PublishAction>({ act: 'sync' }) },
  { weight: 1, arbitrary: deleting },
);
/** Nothing can be promoted or yanked before something is published. */
const script = fc
  .tuple(fc.array(publishing, { maxLength: 2 }), fc.array(anything, { maxLength: 3 }))
  .map(([first, rest]): PublishAction[] => [...first, ...rest]);

/** A run of publishing; fast-check makes it smaller when it broke something. */
export const publishScenarios: fc.Arbitrary<PublishScenario> = fc.record({
  seed: fc.noShrink(fc.nat()),
  people: fc.array(script, { minLength: 1, maxLength: 4 }),
  mirror: fc.array(fc.constantFrom<MirrorAction>('mirror', 'mirror', 'withdraw', 'remove'), { maxLength: 3 }),
  workers: fc.integer({ min: 2, max: 4 }),
  etags: fc.constantFrom('bytes', 'writes'),
  pageSize: fc.constantFrom(1000, 3),
  stall: fc.constantFrom(0.12, 0.12, 0),
  faults,
  events: fc.constantFrom(
    { duplicated: 0, dropped: 0, hinted: 1 },
    { duplicated: 0.3, dropped: 0, hinted: 0.5 },
    { duplicated: 0.1, dropped: 0.2, hinted: 1 },
  ),
  skew: fc.constant(0),
});
