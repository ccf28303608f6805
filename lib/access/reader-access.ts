import { ledgerHeadKey, ledgerPrefix } from '../../core/layout/gate-keys.ts';
import { rootFiles, servedFolders } from '../../core/layout/keys.ts';
import type { Access } from './permissions.ts';

export interface ReadRights {
  /**
   * Whether what is known of the files may be read too: allowlist and hotfixes, provenance, control, the gate's verdicts and
   * ledger, what it holds and what was recalled, plans, runs, state and proof. It is what `gatehouse why`, `verify` and `sbom`
   * need. Tokens of `gatehouse serve` are never read, nor what the downloader is at.
   *
   * @default false
   */
  readonly records?: boolean;
}

/** All that is served: what CloudFront may read, and who is granted to read. */
export const servedPatterns: readonly string[] = [...servedFolders.map((folder) => `${folder}/*`), ...rootFiles];

const folders = ['provenance', 'control', 'state', 'verdicts', 'held', 'recalled', 'scripts', 'first-seen', 'names'];
const ofRuns = ['plans', 'runs', 'clocks', 'proof', 'proven', 'patches', 'staging'];
const documents = ['allowlist', 'mapping', 'advisories', 'opened', 'deployed', 'last-sync'].map(
  (name) => `_gatehouse/${name}.json`,
);
const records: readonly string[] = [
  ...[...folders, ...ofRuns].map((folder) => `_gatehouse/${folder}/*`),
  ...[`${ledgerPrefix}*`, ledgerHeadKey, ...documents],
];

/** What a reader of the bucket may read and list: nothing is written. */
export function readerAccess({ records: withRecords = false }: ReadRights): Access {
  const read = [...servedPatterns, ...(withRecords ? records : [])];
  return { read, list: read };
}
