import { noarch, platformNames, type Subdir, subdirSchema } from '../names/subdir.ts';
import { didYouMean } from '../problems/did-you-mean.ts';

export type PatchFileName =
  | { readonly status: 'subdir'; readonly subdir: Subdir }
  /** Its name starts with a dot, as `.DS_Store` and `.gitkeep` do: it is passed over. */
  | { readonly status: 'hidden' }
  /** Hotfixes under a name that no subdir has would never apply, so whoever meets one stops. */
  | { readonly status: 'unknown'; readonly hint: string | null };

const subdirNames: readonly string[] = [...platformNames, noarch];

/**
 * Which subdir's hotfixes a file of `patches/` holds: `<subdir>.json`, for `noarch` or a platform that conda's tools
 * know. `plan`, the stack and the cloud all ask this, so that what one of them takes is refused by none.
 *
 * @param name without its folder
 */
export function parsePatchFileName(name: string): PatchFileName {
  if (name.startsWith('.')) return { status: 'hidden' };
  const subdir = name.replace(/\.json$/, '');
  if (name !== subdir && subdirNames.includes(subdir)) return { status: 'subdir', subdir: subdirSchema.parse(subdir) };
  const near = didYouMean(subdir, subdirNames);
  return { status: 'unknown', hint: near === null ? null : `did you mean ${near}.json?` };
}
