import type { Decision } from '../control.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';

/**
 * A step that could break an entry, and so is proved before it is taken (design decision 11): a record changed or
 * gone, the second format of a stem, which hides the first from conda, or a hotfix of the organisation's own.
 */
export interface Alteration {
  readonly kind: 'change' | 'drop' | 'second-format' | 'hotfix';
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  /** The record as it would be; null when it goes. */
  readonly record: RepodataRecord | null;
  /** What control would say; null where control says nothing new (a second format). */
  readonly decision: Decision | null;
  readonly reason: string;
}
