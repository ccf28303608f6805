/** Exit statuses of every command (design, "Command line"); one that was interrupted has 128 + the signal's number. */
export const exitStatus = {
  done: 0,
  /** Something did not hold: a fetch failed, an entry does not solve, verify found damage. */
  failed: 1,
  /** Bad usage or a bad allowlist. */
  usage: 2,
} as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
