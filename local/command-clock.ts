import { systemClock } from '../adapters/system-clock.ts';
import { GatehouseError } from '../core/error.ts';
import type { Clock } from '../core/ports/clock.ts';

/**
 * The system's clock, or one that stands at `SOURCE_DATE_EPOCH` (seconds; reproducible-builds.org), so that two runs
 * give the same bytes. Waiting takes real time either way.
 */
export function commandClock(environment: Readonly<Record<string, string | undefined>>): Clock {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return systemClock;
  if (!/^\d{1,12}$/.test(epoch)) {
    throw new GatehouseError('usage.invalid', `SOURCE_DATE_EPOCH is "${epoch}", which is not whole seconds`, {
      hint: 'unset it, or set it to seconds since 1970, for example 1700000000',
    });
  }
  return { ...systemClock, now: () => Number(epoch) * 1000 };
}
