import type { LineChange } from '../../core/index/state/line-change.ts';
import type { Look } from '../../core/index/state/look.ts';
import type { ChannelName } from '../../core/layout.ts';
import type { CarriedError } from './carried-error.ts';

/** What a thread is told when it starts. */
export interface ThreadPlace {
  readonly folder: string;
  readonly channel: ChannelName;
  /** Where compiled files are kept, if anywhere. */
  readonly compileCache?: string;
}

export interface IndexCall {
  readonly id: number;
  readonly looks: readonly Look[];
  readonly digests: 'read' | 'noted';
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type IndexReply = { readonly id: number } & (
  | { readonly changes: readonly (LineChange | null)[] }
  | { readonly error: CarriedError }
);
