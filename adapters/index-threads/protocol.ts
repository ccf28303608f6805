import type { EntryChange, PackageCheck } from '../../core/index/check-package.ts';
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
  readonly looks: readonly PackageCheck[];
  readonly digests: 'read' | 'noted';
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type IndexReply = { readonly id: number } & (
  | { readonly changes: readonly (EntryChange | null)[] }
  | { readonly error: CarriedError }
);
