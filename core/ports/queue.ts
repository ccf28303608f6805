/** A message that was given up on, and why. */
export interface DeadLetter {
  readonly message: string;
  readonly reason: string;
  /** What the reader can do about it. */
  readonly hint?: string;
}

/** Where jobs wait. Delivery is at least once and in no order, so every handler must be safe to run twice. */
export interface Queue {
  send(messages: readonly string[]): Promise<void>;
}
