import { z } from 'zod';

/**
 * A subdir name by CEP 26: `noarch`, or lowercase `platform-arch`. Unknown platforms (`linux-fake`, `zos-z`) are names
 * too; only the grammar is checked, so that a path made of it can go nowhere else.
 */
export const subdirSchema = z
  .string()
  .max(32)
  .regex(/^(noarch|[a-z0-9]+-[a-z0-9]+)$/, 'is not a subdir such as linux-64 or noarch')
  .brand<'Subdir'>();
export type Subdir = z.infer<typeof subdirSchema>;

/** The subdir every channel must serve and every platform also reads. */
export const noarch: Subdir = subdirSchema.parse('noarch');
