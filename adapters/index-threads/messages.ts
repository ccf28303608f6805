import type { GateAllowlist } from '../../core/gate/judge/gate-settings.ts';
import type { EntryChange, PackageCheck } from '../../core/index/check-package.ts';
import type { ChannelName } from '../../core/layout/keys.ts';
import { type ErrorCode, GatehouseError } from '../../core/problems/error.ts';

/** What a thread opens its own gate by. */
export interface ThreadGate {
  readonly allowlist: GateAllowlist;
  /** Gatehouse's version. */
  readonly judgedBy: string;
  /** Which names proxies and files of the network (adapters/http-network.ts). */
  readonly environment: NodeJS.ProcessEnv;
}

/** The store that a thread works on for its whole life. */
export interface ThreadPlace {
  readonly folder: string;
  readonly channel: ChannelName;
  readonly gate: ThreadGate;
  /** The folder in which compiled files are kept, if there is one. */
  readonly compileCache?: string;
}

export interface IndexCall {
  readonly id: number;
  readonly checks: readonly PackageCheck[];
  readonly digests: 'read' | 'noted';
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type IndexReply = { readonly id: number } & (
  | { readonly changes: readonly (EntryChange | null)[] }
  | { readonly error: SerializedError }
);

/** An error on its way between threads, which copy none of an error's own fields. The code is null for a foreign one. */
export interface SerializedError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retry: boolean;
}

export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof GatehouseError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: null, message, retry: false };
  }
  const { code, message, hint, retry } = error;
  return { code, message, hint, retry };
}

export function deserializeError({ code, message, hint, retry }: SerializedError): Error {
  return code === null ? new Error(message) : new GatehouseError(code, message, { retry, ...(hint && { hint }) });
}
