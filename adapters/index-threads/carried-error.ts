import { type ErrorCode, GatehouseError } from '../../core/error.ts';

/** What of an error crosses between threads: copying one keeps none of its own fields. The code is null for a foreign one. */
export interface CarriedError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retry: boolean;
}

export function carry(error: unknown): CarriedError {
  if (!(error instanceof GatehouseError)) {
    return {
      code: null,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      retry: false,
    };
  }
  const { code, message, hint, retry } = error;
  return { code, message, hint, retry };
}

export function unpack({ code, message, hint, retry }: CarriedError): Error {
  return code === null ? new Error(message) : new GatehouseError(code, message, { retry, ...(hint && { hint }) });
}
