import { availableParallelism, cpus, totalmem } from 'node:os';

/** One line that a table needs to mean anything. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}
