import { optionalIndexFiles } from '../../../core/layout/index-files.ts';
import {
  allowlistKey,
  channeldataKey,
  controlKey,
  indexKey,
  latestRunKey,
  mappingKey,
  packageKey,
  partialKey,
  patchKey,
  planKey,
  proofKey,
  provenanceKey,
  runKey,
  segmentKey,
  shardKey,
  stateKey,
  summaryKey,
} from '../../../core/layout/keys.ts';
import { sha256Schema } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { outputs } from '../../../core/outputs/outputs.ts';

export const functions = ['Scraper', 'Downloader', 'Indexer', 'Prover', 'Pruner', 'DeployFiles'] as const;
type Named = (typeof functions)[number];

const subdir = subdirSchema.parse('linux-64');
const sha256 = sha256Schema.parse('0123456789abcdef'.repeat(4));
const conda = packageFileNameSchema.parse('a-1-0.conda');
const bzip2 = packageFileNameSchema.parse('a-1-0.tar.bz2');

export const packages = [packageKey('conda', subdir, conda), packageKey('conda', subdir, bzip2)];
export const indexFiles = outputs.map(({ scope, file }) =>
  scope === 'channel' ? channeldataKey('conda') : indexKey('conda', subdir, file.replace('<sha256>', sha256)),
);
const byOption: readonly string[] = [
  shardKey('conda', subdir, sha256),
  ...optionalIndexFiles.map((file) => indexKey('conda', subdir, file)),
];
const segments = [segmentKey('conda', subdir, sha256), summaryKey('conda', subdir, { sha256, name: 'x' })];

/** Every kind of key, who may write it and who may delete it. */
export const kinds: { kind: string; keys: readonly string[]; writers: Named[]; deleters: Named[] }[] = [
  { kind: 'packages', keys: packages, writers: ['Downloader'], deleters: ['Pruner'] },
  {
    kind: 'index files',
    keys: indexFiles.filter((key) => !byOption.includes(key)),
    writers: ['Indexer'],
    deleters: [],
  },
  { kind: 'index files by option', keys: byOption, writers: ['Indexer'], deleters: ['Pruner'] },
  {
    kind: 'provenance',
    keys: [provenanceKey('conda', subdir, conda, sha256)],
    writers: ['Downloader', 'Indexer'],
    deleters: [],
  },
  { kind: 'control', keys: [controlKey('conda', subdir)], writers: ['Scraper'], deleters: [] },
  { kind: 'state', keys: [stateKey('conda', subdir)], writers: ['Indexer'], deleters: [] },
  { kind: 'segments', keys: segments, writers: ['Indexer'], deleters: ['Pruner'] },
  { kind: 'plans', keys: [planKey(sha256)], writers: ['Scraper'], deleters: ['Pruner'] },
  { kind: 'runs', keys: [runKey(sha256), partialKey(sha256, 3), latestRunKey], writers: ['Scraper'], deleters: [] },
  {
    kind: 'upstream documents of a folder that was copied here',
    keys: ['_gatehouse/cache/x'],
    writers: [],
    deleters: ['Pruner'],
  },
  { kind: 'incoming', keys: ['_gatehouse/incoming/x'], writers: ['Downloader'], deleters: [] },
  { kind: 'proof', keys: [proofKey('conda')], writers: ['Prover'], deleters: [] },
  { kind: 'names', keys: [mappingKey], writers: ['Scraper'], deleters: [] },
  { kind: 'allowlist', keys: [allowlistKey], writers: ['DeployFiles'], deleters: [] },
  { kind: 'patches', keys: [patchKey(subdir)], writers: ['DeployFiles'], deleters: [] },
  {
    kind: 'nothing of ours',
    keys: [
      'index.html',
      'staging/linux-64/a-1-0.conda',
      'conda/linux-64/repodata.json-1-0.md',
      'conda/linux-64/other.json',
      'conda/linux-64/repodata.json.zst.old',
      '_gatehouse/other',
      '_gatehouse/allowlist.json.old',
    ],
    writers: [],
    deleters: [],
  },
];
