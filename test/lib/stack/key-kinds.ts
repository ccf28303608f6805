import {
  advisoriesKey,
  firstSeenKey,
  heldKey,
  knownScriptKey,
  ledgerHeadKey,
  ledgerKey,
  openedKey,
  recalledKey,
  recallKey,
  verdictKey,
} from '../../../core/layout/gate-keys.ts';
import { optionalIndexFiles } from '../../../core/layout/index-files.ts';
import {
  allowlistKey,
  channeldataKey,
  channeldataPartKey,
  clockKey,
  controlKey,
  deployedKey,
  failedFetchKey,
  fileProvenanceKey,
  indexKey,
  lastSyncKey,
  latestRunKey,
  mappingKey,
  noticesKey,
  packageKey,
  partialKey,
  patchKey,
  planKey,
  planPartKey,
  projectControlKey,
  projectPageKey,
  projectStateKey,
  projectsStateKey,
  proofKey,
  provenanceKey,
  provenKey,
  rootPageKey,
  runKey,
  segmentKey,
  shardKey,
  simpleFileKey,
  simpleMetadataKey,
  simplePages,
  stateKey,
  summaryKey,
  tokensKey,
  usedFileNameKey,
  usedPackageNameKey,
  watchKey,
} from '../../../core/layout/keys.ts';
import { stagedPath } from '../../../core/layout/sides.ts';
import { sha256Schema } from '../../../core/names/digest.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { outputs } from '../../../core/outputs/outputs.ts';

export const functions = ['Scraper', 'Downloader', 'Indexer', 'Prover', 'Pruner', 'Sweeper', 'DeployFiles'] as const;
type Named = (typeof functions)[number];

const subdir = subdirSchema.parse('linux-64');
export const sha256 = sha256Schema.parse('0123456789abcdef'.repeat(4));
const conda = packageFileNameSchema.parse('a-1-0.conda');
const bzip2 = packageFileNameSchema.parse('a-1-0.tar.bz2');

const project = projectNameSchema.parse('demo');
const wheel = distributionFileNameSchema.parse('demo-1.0+cu118-py3-none-any.whl');

/** What pip reads and what is never written over: a wheel, the metadata beside it, source distributions. */
const [wheelKey, metadataKey] = [simpleFileKey(project, wheel), simpleMetadataKey(project, wheel)];
export const wheels = [wheelKey, metadataKey];
export const sdists = ['.tar.gz', '.zip', '.tar.bz2'].map((format) =>
  simpleFileKey(project, distributionFileNameSchema.parse(`demo-1.0${format}`)),
);
/** Named by what it is, and written once. */
export const kept = [ledgerKey(1), heldKey(sha256)].flatMap((key) => [key, stagedPath(key)]);
export const usedNames = [usedPackageNameKey(subdir, conda), usedFileNameKey(project, wheel)];
export const pages = simplePages.flatMap((page) => [projectPageKey(project, page), rootPageKey(page)]);

export const packages = [packageKey('conda', subdir, conda), packageKey('conda', subdir, bzip2)];
export const indexFiles = outputs.map(({ scope, file }) =>
  scope === 'channel' ? channeldataKey('conda') : indexKey('conda', subdir, file.replace('<sha256>', sha256)),
);
const byOption: readonly string[] = [
  shardKey('conda', subdir, sha256),
  ...optionalIndexFiles.map((file) => indexKey('conda', subdir, file)),
];
const segments = [
  segmentKey('conda', subdir, sha256),
  summaryKey('conda', subdir, { sha256, name: 'x' }),
  channeldataPartKey('conda', subdir),
];

interface Kind {
  readonly kind: string;
  readonly keys: readonly string[];
  readonly writers: Named[];
  readonly deleters: Named[];
}

/** Every kind of key of the channel, who may write it and who may delete it. */
const ofChannel: readonly Kind[] = [
  { kind: 'packages', keys: packages, writers: ['Downloader', 'Sweeper'], deleters: ['Pruner', 'Sweeper'] },
  { kind: 'wheels for pip', keys: [wheelKey], writers: ['Downloader', 'Sweeper'], deleters: ['Pruner', 'Sweeper'] },
  {
    kind: 'metadata of wheels',
    keys: [metadataKey],
    writers: ['Downloader', 'Indexer', 'Sweeper'],
    deleters: ['Pruner', 'Sweeper'],
  },
  { kind: 'source distributions', keys: sdists, writers: ['Sweeper'], deleters: ['Sweeper'] },
  { kind: 'pages for pip', keys: pages, writers: ['Indexer'], deleters: [] },
  {
    kind: 'index files',
    keys: indexFiles.filter((key) => !byOption.includes(key)),
    writers: ['Indexer'],
    deleters: [],
  },
  { kind: 'index files by option', keys: byOption, writers: ['Indexer'], deleters: ['Pruner'] },
  {
    kind: 'provenance',
    keys: [provenanceKey('conda', subdir, conda, sha256), fileProvenanceKey(project, wheel, sha256)],
    writers: ['Downloader', 'Indexer'],
    deleters: [],
  },
  {
    kind: 'control',
    keys: [controlKey('conda', subdir), projectControlKey(project)],
    writers: ['Scraper', 'Sweeper'],
    deleters: [],
  },
  {
    kind: 'verdicts',
    keys: [verdictKey('noarch/a-1-0.conda', sha256), verdictKey('simple/demo/demo-1.0.tar.gz', sha256)],
    writers: ['Downloader', 'Indexer', 'Sweeper'],
    deleters: [],
  },
  {
    kind: 'ledger',
    keys: [ledgerKey(1), ledgerHeadKey],
    writers: ['Downloader', 'Indexer', 'Sweeper'],
    deleters: [],
  },
  { kind: 'opened', keys: [openedKey], writers: ['Scraper', 'Sweeper'], deleters: [] },
  { kind: 'held bytes', keys: [heldKey(sha256)], writers: ['Downloader'], deleters: ['Pruner'] },
  { kind: 'notices', keys: [noticesKey('conda')], writers: ['Sweeper'], deleters: [] },
  {
    kind: 'state',
    keys: [stateKey('conda', subdir), projectStateKey(project), projectsStateKey],
    writers: ['Indexer'],
    deleters: [],
  },
  { kind: 'segments', keys: segments, writers: ['Indexer'], deleters: ['Pruner'] },
  { kind: 'recalled bytes', keys: [recalledKey(sha256)], writers: ['Sweeper'], deleters: [] },
  { kind: 'recalls', keys: [recallKey(sha256)], writers: ['Sweeper'], deleters: [] },
  {
    kind: 'scripts',
    keys: [knownScriptKey('D3', sha256)],
    writers: ['Downloader', 'Indexer', 'Sweeper'],
    deleters: [],
  },
  { kind: 'advisories', keys: [advisoriesKey], writers: ['Scraper', 'Downloader', 'Indexer', 'Sweeper'], deleters: [] },
  { kind: 'first seen', keys: [firstSeenKey('noarch/a-1-0.conda', sha256)], writers: ['Scraper'], deleters: [] },
  { kind: 'plans', keys: [planKey(sha256), planPartKey(sha256, 3)], writers: ['Scraper'], deleters: ['Pruner'] },
  { kind: 'clock of syncs', keys: [clockKey('sync'), watchKey], writers: ['Scraper'], deleters: [] },
  { kind: 'clock of reconciliations', keys: [clockKey('reconcile')], writers: ['Indexer'], deleters: [] },
  { kind: 'clock of prunes', keys: [clockKey('prune')], writers: ['Pruner'], deleters: [] },
  { kind: 'clock of sweeps', keys: [clockKey('sweep')], writers: ['Sweeper'], deleters: [] },
  {
    kind: 'failed fetches',
    keys: [failedFetchKey(sha256, 'linux-64/a-1-0.conda')],
    writers: ['Scraper', 'Downloader'],
    deleters: [],
  },
  { kind: 'runs', keys: [runKey(sha256), partialKey(sha256, 3), latestRunKey], writers: ['Scraper'], deleters: [] },
  {
    kind: 'upstream documents of a folder that was copied here',
    keys: ['_gatehouse/cache/x'],
    writers: [],
    deleters: ['Pruner'],
  },
  { kind: 'incoming', keys: ['_gatehouse/incoming/x'], writers: ['Downloader'], deleters: [] },
  { kind: 'proof', keys: [proofKey('conda'), provenKey('conda')], writers: ['Prover'], deleters: [] },
  { kind: 'used names', keys: usedNames, writers: [], deleters: [] },
  { kind: 'tokens', keys: [tokensKey], writers: [], deleters: [] },
  { kind: 'names', keys: [mappingKey], writers: ['Scraper'], deleters: [] },
  { kind: 'allowlist', keys: [allowlistKey], writers: ['DeployFiles'], deleters: [] },
  { kind: 'what the stack is', keys: [deployedKey], writers: ['DeployFiles'], deleters: ['DeployFiles'] },
  { kind: 'the last sync by command', keys: [lastSyncKey], writers: [], deleters: [] },
  { kind: 'patches', keys: [patchKey(subdir)], writers: ['DeployFiles'], deleters: [] },
  {
    kind: 'nothing of ours',
    keys: [
      'index.html',
      'staging/linux-64/a-1-0.conda',
      'conda/linux-64/repodata.json-1-0.md',
      'conda/linux-64/other.json',
      'simple/demo/other.json',
      'conda/linux-64/repodata.json.zst.old',
      '_gatehouse/other',
      '_gatehouse/allowlist.json.old',
    ],
    writers: [],
    deleters: [],
  },
];

const inStaging = ofChannel.slice(0, ofChannel.findIndex(({ kind }) => kind === 'segments') + 1);
const deletedInStaging: readonly string[] = ['index files by option', 'segments', 'held bytes'];

/** What staging has of the same: no function brings a file in there but what was recalled, nor takes away but what turned bad. */
const staged = inStaging.map(
  ({ kind, keys, writers, deleters }): Kind => ({
    kind: `${kind}, staged`,
    keys: keys.map(stagedPath),
    writers: writers.filter((name) => name === 'Indexer' || name === 'Sweeper'),
    deleters: deleters.filter((name) => name === 'Sweeper' || deletedInStaging.includes(kind)),
  }),
);

export const kinds: readonly Kind[] = [...ofChannel, ...staged];
