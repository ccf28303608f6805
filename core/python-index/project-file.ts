import type { Sha256 } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';

/** One file of a project's page (PEP 503, 691): a wheel or a source distribution. */
export interface ProjectFile {
  /** As it was written: compared normalised, served byte for byte. */
  readonly fileName: DistributionFileName;
  /** Absolute; without user, query and fragment. */
  readonly url: string;
  /**
   * The URL of the page that names it, as its index was asked for it: where the index then leads stands for nobody whom the allowlist names,
   * and what is elsewhere may lead nobody to this machine (core/ports/fetch.ts).
   */
  readonly page: string;
  /** Null where the page gives none: such a file cannot be held to anything. */
  readonly sha256: Sha256 | null;
  /** Bytes; null where the page does not say, as in HTML. */
  readonly size: number | null;
  /** As it is written, which may be no specifier; null when nothing is said. */
  readonly requiresPython: string | null;
  /** False, true, or why (PEP 592). */
  readonly yanked: string | boolean;
  /** ISO 8601, in UTC; null where the page does not say. */
  readonly uploadTime: string | null;
  /** Whether `METADATA` lies beside the file (PEP 658, 714), and by its sha256 where the page gives it. */
  readonly metadata: Sha256 | boolean;
  /** Where the index keeps who attested what of it (PEP 740): absent where it has nothing, or is asked in HTML. */
  readonly attestations?: string | undefined;
  /** When the first file of its release was uploaded, in milliseconds since the epoch; absent where the page does not say. */
  readonly releasedAt?: number | undefined;
  /** Of its project (PEP 792); absent where the page does not say. */
  readonly projectStatus?: string | undefined;
}
