/** What clients may take of a server, one of them or all together. docs/serving.md tells them to those who run it. */
export interface ServeLimits {
  /** Connections at once. One more is hung up on, and idle ones are, to make room. */
  readonly connections: number;
  /** Requests sent ahead that wait for an earlier one of their connection, over all connections. */
  readonly waitingRequests: number;
  /** Bytes of a request's first line and headers. */
  readonly headBytes: number;
  /** Headers of a request. */
  readonly headers: number;
  /** Bytes of a request's body, which is read and thrown away. */
  readonly bodyBytes: number;
  /** Answers that may be under way before each reads no more than 64 KiB ahead of its client, instead of 256 KiB. */
  readonly largeSlices: number;
  /** Milliseconds for the head of a request to come in, from the connection's or the last answer's end on. */
  readonly headMs: number;
  /** Milliseconds for a request to come in with its body. */
  readonly requestMs: number;
  /** Milliseconds a connection may stay open between two requests; clients keep theirs in pools for so long. */
  readonly idleMs: number;
  /** Milliseconds a client may take for one slice of an answer, at most 256 KiB, before it is hung up on. */
  readonly stalledMs: number;
  /** Milliseconds in which an upload that was refused may go on, before its connection ends. */
  readonly lingerMs: number;
  /** Milliseconds a closing server waits for the answers under way before it cuts them. */
  readonly graceMs: number;
}

export const usualLimits: ServeLimits = {
  connections: 1000,
  // Each is 3 kB of objects in Node.
  waitingRequests: 10_000,
  headBytes: 16 * 1024,
  headers: 100,
  bodyBytes: 1024 ** 2,
  largeSlices: 64,
  headMs: 10_000,
  requestMs: 30_000,
  idleMs: 60_000,
  // The kernel takes megabytes ahead of a client and asks for more only when much of that is gone.
  stalledMs: 120_000,
  lingerMs: 10_000,
  graceMs: 10_000,
};
