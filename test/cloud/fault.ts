/** One request, as the cloud understood it. */
export interface CloudRequest {
  readonly service: 's3' | 'sqs' | 'secretsmanager';
  /** By AWS's name, such as `PutObject` or `SendMessageBatch`. */
  readonly operation: string;
  /** The bucket, the queue or the secret. */
  readonly resource: string;
  /** Of a list: the prefix. */
  readonly key: string;
  /** The id of the access key it was signed with; empty when it was not. */
  readonly caller: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What goes wrong with one request; all at once if several are named. */
export interface Fault {
  /** Answered so, and not applied: 409 ConditionalRequestConflict, 503 SlowDown. */
  readonly refuse?: { readonly status: number; readonly code: string };
  /** Waited for before the request is looked at. */
  readonly before?: Promise<unknown>;
  /** Waited for after the request was carried out, before its answer goes: an answer that is old when it comes. */
  readonly after?: Promise<unknown>;
  /** Bytes of the answer's body that are sent before the connection is cut; nothing at all when negative. */
  readonly cutAfter?: number;
}

export type FaultOf = (request: CloudRequest) => Fault | undefined;

/** The id of the access key that a request is signed with, or nothing. Signatures are not looked at. */
export const callerOf = ({ authorization = '' }: Readonly<Record<string, string>>): string =>
  /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
