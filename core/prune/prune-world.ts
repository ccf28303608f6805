import type { OptionForm } from '../forms/option-forms.ts';
import type { ChannelName } from '../layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export interface PruneWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds that a package's bytes, and a plan, are kept after nobody needs them. */
  readonly retain: number;
  /** The option forms that are asked for: what there is of others is needed by nobody. */
  readonly forms: ReadonlySet<OptionForm>;
}
