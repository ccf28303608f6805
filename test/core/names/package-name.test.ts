import { describe, expect, it } from 'vitest';
import { packageNameSchema } from '../../../core/names/package-name.ts';

describe('a package name', () => {
  it.each(['a', '_libgcc_mutex', '__glibc', 'r-base.x', '0ad', 'a'.repeat(64), '__proto__x', 'x__proto__'])(
    'may be %s',
    (name) => {
      expect(packageNameSchema.safeParse(name).success).toBe(true);
    },
  );

  it.each(['', '-a', '.a', 'A', 'a b', 'ä', 'a'.repeat(65), 'a/b', '__proto__'])('may not be "%s"', (name) => {
    expect(packageNameSchema.safeParse(name).success).toBe(false);
  });
});
