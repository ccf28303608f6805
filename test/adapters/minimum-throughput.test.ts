import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withMinimumThroughput } from '../../adapters/minimum-throughput.ts';

const second = 1000;
const minimum = { windowMs: 60 * second, bytes: 500 };

/** Chunks of so many bytes, each after so many milliseconds. */
async function* source(chunks: readonly (readonly [bytes: number, after: number])[]): AsyncGenerator<Uint8Array> {
  for (const [bytes, after] of chunks) {
    await new Promise((resolve) => globalThis.setTimeout(resolve, after));
    yield Buffer.alloc(bytes);
  }
}

/** What came of it, and after how many seconds. */
async function run(chunks: readonly (readonly [number, number])[]): Promise<string> {
  const started = performance.now();
  let [size, stops] = [0, 0];
  const body = withMinimumThroughput(source(chunks), { what: 'it', minimum, stop: () => void stops++ });
  let outcome: string | null = null;
  const reading = (async () => {
    try {
      for await (const bytes of body) size += bytes.length;
      outcome = `${size} bytes`;
    } catch (error) {
      outcome = String(error);
    }
    outcome += `, ${Math.round((performance.now() - started) / second)} s, ${stops} stop`;
  })();
  while (outcome === null) await vi.advanceTimersByTimeAsync(second);
  await reading;
  return outcome;
}

describe('withMinimumThroughput', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  const repeated = (count: number, bytes: number, after: number) =>
    Array.from({ length: count }, (): [number, number] => [bytes, after]);

  it('lets a body run that keeps its minimum, for as long as it likes', async () => {
    expect(await run(repeated(200, 100, 10 * second))).toBe('20000 bytes, 2000 s, 1 stop');
    expect(await run(repeated(50, 600, 50 * second))).toBe('30000 bytes, 2500 s, 1 stop');
  });

  it('gives up one that trickles at the end of the window, however often a byte comes', async () => {
    expect(await run(repeated(1000, 1, 0.5 * second))).toMatch(
      /comes too slowly \(1\d\d bytes in 60 s\), 60 s, 1 stop/,
    );
    expect(await run(repeated(100, 100, 20 * second))).toMatch(/comes too slowly .* 60 s, 1 stop/);
  });

  it('gives up one that stops, after what came before was enough for its window', async () => {
    expect(await run([[0, 70 * second]])).toMatch(/\(0 bytes in 60 s\), 60 s, 1 stop/);
    expect(await run([...repeated(3, 1000, second), [1, 1e9]])).toMatch(/\(0 bytes in 60 s\), 120 s, 1 stop/);
  });

  it('counts the wait for bytes, not the time its reader takes', async () => {
    let size = 0;
    const body = withMinimumThroughput(source(repeated(30, 100, second)), { what: 'it', minimum, stop: () => {} });
    const reading = (async () => {
      for await (const bytes of body) {
        size += bytes.length;
        await new Promise((resolve) => globalThis.setTimeout(resolve, 100 * second));
      }
    })();
    await vi.advanceTimersByTimeAsync(4000 * second);
    await reading;
    expect(size).toBe(3000);
  });
});
