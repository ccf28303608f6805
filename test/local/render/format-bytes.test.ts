import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatBytes, formatSeconds } from '../../../local/render/format-bytes.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [416.67, '417 B'],
  [1000, '1.0 kB'],
  [1049, '1.0 kB'],
  [999_949, '1.0 MB'],
  [1_234_567, '1.2 MB'],
  [5e9, '5.0 GB'],
  [7.25e12, '7.3 TB'],
  [1e18, '1000000.0 TB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it('bytes as said are off by at most a twentieth, and never four digits of a unit that has a larger one', () => {
  const factors: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }).map(Math.floor), (bytes) => {
      const [, number = '', unit = ''] = /^([\d.]+) (\w+)$/.exec(formatBytes(bytes)) ?? [];
      expect(Math.abs(Number(number) * (factors[unit] ?? 0) - bytes)).toBeLessThanOrEqual(bytes / 20);
      if (unit !== 'TB') expect(Number(number)).toBeLessThan(1000);
    }),
  );
});

it.each([
  [0, '0:00'],
  [0.2, '0:01'],
  [59, '0:59'],
  [59.5, '1:00'],
  [65, '1:05'],
  [3600, '1:00:00'],
  [7384, '2:03:04'],
])('%d seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));
