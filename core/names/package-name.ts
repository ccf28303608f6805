import { z } from 'zod';
import { atMostUnits } from '../json/length-checks.ts';

/**
 * A conda package name by CEP 26: at most 64 of lowercase letters, digits, `_`, `-` and `.`, not starting with `-` or
 * `.`. Names that start with `__` are virtual packages (CEP 30). `__proto__` is none of ours: readers of a shard index
 * refuse it as a key.
 */
export const packageNameSchema = z
  .string()
  .check(atMostUnits(64))
  .regex(/^(?!__proto__$)[a-z0-9_][a-z0-9_.-]*$/, 'is not a conda package name')
  .brand<'PackageName'>();
export type PackageName = z.infer<typeof packageNameSchema>;
