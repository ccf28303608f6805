/** 9999-12-31T23:59:59Z. */
export const lastTimestampSecond = 253_402_300_799;

/**
 * When a record says that it was built, in milliseconds since the epoch. Old builders wrote seconds: up to the year 9999 a
 * timestamp is that to conda (`conda/models/records.py`), libsolv, libmamba and rattler alike.
 */
export const timestampMs = (timestamp: number): number =>
  timestamp <= lastTimestampSecond ? timestamp * 1000 : timestamp;
