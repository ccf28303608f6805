import type { ChannelFile } from './protocol.ts';

type Bytes = Uint8Array<ArrayBuffer> | null;

/** Pools whose files are kept: the platforms of one plan, and its proof. */
const keptPools = 4;

/**
 * The files of the pools used last, each asked for once. Requests made in one turn go out together.
 * One pool is in use at a time, and only when nothing is awaited does `use` change it.
 */
export function keptFiles(ask: (paths: readonly string[]) => void) {
  const pools = new Map<string, Map<string, Promise<Bytes>>>();
  const awaited = new Map<string, (bytes: Bytes) => void>();
  let files = new Map<string, Promise<Bytes>>();
  let asking: string[] = [];

  function request(path: string): Promise<Bytes> {
    if (asking.push(path) === 1) {
      queueMicrotask(() => {
        ask(asking);
        asking = [];
      });
    }
    return new Promise((resolve) => awaited.set(path, resolve));
  }

  return {
    use(poolId: string): void {
      files = pools.get(poolId) ?? new Map();
      pools.delete(poolId);
      pools.set(poolId, files);
      const [oldest] = pools.keys();
      if (pools.size > keptPools && oldest !== undefined) pools.delete(oldest);
    },
    get(path: string): Promise<Bytes> {
      const known = files.get(path) ?? request(path);
      files.set(path, known);
      return known;
    },
    put(answers: readonly ChannelFile[]): void {
      for (const [path, bytes] of answers) {
        awaited.get(path)?.(bytes);
        awaited.delete(path);
      }
    },
  };
}
