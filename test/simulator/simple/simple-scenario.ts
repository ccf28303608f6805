import fc from 'fast-check';
import { faults, type Scenario } from '../scenario.ts';

/** What is decided of a wheel, and the orderly way out: withdraw, wait until no page lists it, delete. */
const decisions = ['mirror', 'yank', 'unyank', 'bound', 'withdraw', 'reinstate', 'remove'] as const;
/** What people do to the store by hand: other bytes only once the name is free. */
const byHand = ['delete', 'delete metadata', 'impostor'] as const;
export type WheelAction = (typeof decisions)[number] | (typeof byHand)[number];

export interface SimpleScenario
  extends Pick<Scenario, 'seed' | 'workers' | 'etags' | 'pageSize' | 'stall' | 'faults' | 'events' | 'skew'> {
  /** Of each wheel that enters, what happens to it then, one after the other. */
  readonly wheels: readonly (readonly WheelAction[])[];
}

/** Whether nobody touches the store by hand: then nothing is ever on a page that is not there. */
export const isOrderly = ({ wheels }: SimpleScenario): boolean =>
  !wheels.flat().some((action) => byHand.some((each) => each === action));

const script = (actions: fc.Arbitrary<WheelAction>) => fc.array(actions, { maxLength: 4 });
const orderly = script(fc.constantFrom<WheelAction>(...decisions));
const any = script(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<WheelAction>(...byHand) },
    { weight: 3, arbitrary: fc.constantFrom<WheelAction>(...decisions) },
  ),
);
/** Back and forth, so that a page comes back to bytes that it had. */
const toggles = fc.constantFrom<WheelAction[]>(
  ['yank', 'unyank', 'yank', 'unyank'],
  ['withdraw', 'reinstate', 'withdraw', 'reinstate'],
);
const lives = (one: fc.Arbitrary<WheelAction[]>) => fc.array(one, { minLength: 1, maxLength: 4 });

/** A run of the pip index; fast-check makes it smaller when it broke something. */
export const simpleScenarios: fc.Arbitrary<SimpleScenario> = fc.record({
  seed: fc.noShrink(fc.nat()),
  wheels: fc.oneof(lives(orderly), lives(any), lives(toggles)),
  workers: fc.integer({ min: 2, max: 4 }),
  etags: fc.constantFrom('bytes', 'writes'),
  pageSize: fc.constantFrom(1000, 3, 1),
  stall: fc.constantFrom(0.12, 0.12, 0),
  faults,
  events: fc.constantFrom(
    // Nothing comes twice: the last event is the last chance.
    { duplicated: 0, dropped: 0, hinted: 1 },
    { duplicated: 0, dropped: 0, hinted: 0.8 },
    { duplicated: 0.3, dropped: 0, hinted: 1 },
    { duplicated: 0.1, dropped: 0.2, hinted: 1 },
  ),
  skew: fc.constant(0),
});
