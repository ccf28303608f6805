import { z } from 'zod';
import { atMostUnits } from '../json/length-checks.ts';
import type { Sha256 } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import { oneSpelling } from '../names/named-file.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import { channelNames } from './route.ts';

export { representationOf } from './representation.ts';
export { type RoutedKey, rootFiles, route, servedFolders, stagingFolder } from './route.ts';
export { channelNames };

/** A key of the store: `/`-separated, no empty, `.` or `..` part. Built here from parsed parts, never from raw text. */
export const objectKeySchema = z
  .string()
  .check(atMostUnits(1024))
  .refine((key) => !/(?:^|\/)\.{0,2}(?:\/|$)/.test(key), 'is not an object key')
  .brand<'ObjectKey'>();
export type ObjectKey = z.infer<typeof objectKeySchema>;

const key = (...parts: readonly string[]): ObjectKey => objectKeySchema.parse(parts.join('/'));

export type ChannelName = (typeof channelNames)[number];

/** The name that a channel is served under where nobody gave it one: `name` of the allowlist. */
export const defaultChannelName = 'gatehouse';

/** Where people are told that a key is served: what is of the channel below its name. A path as it is read, not as a URL has it. */
export const servedPath = (path: string, name: string): string =>
  `/${path.replace(/^(staging\/)?conda\//, `$1${name}/`)}`;

/** Everything below this prefix is private: no server and no edge ever answers for it. */
export const privatePrefix = '_gatehouse/';

export const packageKey = (channel: ChannelName, subdir: Subdir, fileName: PackageFileName): ObjectKey =>
  key(channel, subdir, fileName);

/** @param file of the table in core/outputs/outputs.ts */
export const indexKey = (channel: ChannelName, subdir: Subdir, file: string): ObjectKey => key(channel, subdir, file);

/** Where shards lie, below their subdir. */
export const shardsFolder = 'shards';

/** A shard of CEP 16, named by the hash of its bytes. */
export const shardKey = (channel: ChannelName, subdir: Subdir, sha256: Sha256): ObjectKey =>
  key(channel, subdir, shardsFolder, `${sha256}.msgpack.zst`);

export const channeldataKey = (channel: ChannelName): ObjectKey => key(channel, 'channeldata.json');

/** What the channel tells its clients (CEP 6). */
export const noticesKey = (channel: ChannelName): ObjectKey => key(channel, 'notices.json');

/** What was known when an artifact entered; create-only (docs/decisions.md 6). */
export const provenanceKey = (channel: ChannelName, subdir: Subdir, fileName: PackageFileName, sha256: Sha256) =>
  key('_gatehouse', 'provenance', channel, subdir, fileName, `${sha256}.json`);

/** What is known of all packages of a subdir, a folder for each file name. */
export const provenanceFolder = (channel: ChannelName, subdir: Subdir): string =>
  `_gatehouse/provenance/${channel}/${subdir}/`;

export const provenancesPrefix = '_gatehouse/provenance/';

export const provenancePrefix = (channel: ChannelName, subdir: Subdir, fileName: PackageFileName): string =>
  `${provenanceFolder(channel, subdir)}${fileName}/`;

/** What we decided since, one object a subdir, under compare-and-swap (docs/decisions.md 5). */
export const controlKey = (channel: ChannelName, subdir: Subdir): ObjectKey =>
  key('_gatehouse', 'control', channel, `${subdir}.json`);

export const controlPrefix = (channel: ChannelName): string => `_gatehouse/control/${channel}/`;

/** What a subdir's index was last made from, under compare-and-swap: core/index/manifest.ts. */
export const stateKey = (channel: ChannelName, subdir: Subdir): ObjectKey =>
  key('_gatehouse', 'state', channel, `${subdir}.json`);

export const statePrefix = (channel: ChannelName): string => `_gatehouse/state/${channel}/`;

/** A run of the state's entries under the hash of its bytes; create-only. */
export const segmentKey = (channel: ChannelName, subdir: Subdir, sha256: Sha256): ObjectKey =>
  key('_gatehouse', 'state', channel, subdir, sha256);

export const segmentPrefix = (channel: ChannelName, subdir: Subdir): string => `${statePrefix(channel)}${subdir}/`;

/** What an output needs of one segment, kept beside it. */
export const summaryKey = (channel: ChannelName, subdir: Subdir, of: { sha256: Sha256; name: string }): ObjectKey =>
  key('_gatehouse', 'state', channel, subdir, `${of.sha256}.${of.name}`);

export const planPrefix = '_gatehouse/plans/';

/** Where the shell keeps upstream's documents when the store is a folder. */
export const cachedDocumentPrefix = '_gatehouse/cache/';

/** What the shard index was last made from: losing it costs the making of every shard. */
export const shardsMadeKey = (channel: ChannelName, subdir: Subdir): ObjectKey =>
  key('_gatehouse', 'state', channel, subdir, 'shards');

/** What a subdir adds to `channeldata.json`: losing it costs the making of all of it. */
export const channeldataPartKey = (channel: ChannelName, subdir: Subdir): ObjectKey =>
  key('_gatehouse', 'state', channel, subdir, 'channeldata');

export const planKey = (id: Sha256): ObjectKey => key('_gatehouse', 'plans', `${id}.json`);

/** Some of what a plan adds, for the jobs of these: core/documents/plan-part.ts. */
export const planPartKey = (id: Sha256, part: number): ObjectKey => key('_gatehouse', 'plans', id, `${part}.json`);

export const proofKey = (channel: ChannelName): ObjectKey => key('_gatehouse', 'proof', `${channel}.json`);

/** What a proof need not solve again. */
export const provenKey = (channel: ChannelName): ObjectKey => key('_gatehouse', 'proven', `${channel}.json`);

/** The allowlist as the cloud reads it. */
export const allowlistKey: ObjectKey = key('_gatehouse', 'allowlist.json');

export const patchPrefix = '_gatehouse/patches/';

/** The organisation's own hotfixes of one subdir, as the cloud reads them. */
export const patchKey = (subdir: Subdir): ObjectKey => key('_gatehouse', 'patches', `${subdir}.json`);

/** The file of names that the last run went by, for one that cannot read it. */
export const mappingKey: ObjectKey = key('_gatehouse', 'mapping.json');

/** How far a plan that is worked out in slices has come, under compare-and-swap. */
export const runKey = (run: Sha256): ObjectKey => key('_gatehouse', 'runs', `${run}.json`);

/** What one slice of a plan found; create-only. */
export const partialKey = (run: Sha256, slice: number): ObjectKey => key('_gatehouse', 'runs', run, `${slice}.json`);

/** Which run is the latest, under compare-and-swap: the others are superseded. */
export const latestRunKey: ObjectKey = key('_gatehouse', 'runs', 'latest.json');

/** When a rule of the clock last started what it starts. */
export const clockKey = (name: string): ObjectKey => key('_gatehouse', 'clocks', `${name}.json`);

/** Which schedules are watched, and since when. */
export const watchKey: ObjectKey = key('_gatehouse', 'clocks', 'watch.json');

/** What could not be fetched of a plan is noted below it, by the id of the file. */
export const failedFetchesPrefix = (plan: Sha256): string => `_gatehouse/runs/failed/${plan}/`;

export const failedFetchKey = (plan: Sha256, id: string): ObjectKey => key(`${failedFetchesPrefix(plan)}${id}.json`);

export const runsPrefix = '_gatehouse/runs/';

/** The stack that fills the bucket, and how it is reached: only in a bucket that one fills. */
export const deployedKey: ObjectKey = key('_gatehouse', 'deployed.json');

/** How the last sync went that a person or a schedule of theirs ran by command, and not the cloud. */
export const lastSyncKey: ObjectKey = key('_gatehouse', 'last-sync.json');

/** What pip reads lies below `simple/<project>/` (PEP 503): a project's files, each wheel's metadata and two pages. */
export const simplePrefix = (project: ProjectName): string => `simple/${project}/`;

/** A wheel or source distribution, under its literal name: a `+` in it stays one. */
export const simpleFileKey = (project: ProjectName, fileName: DistributionFileName): ObjectKey =>
  key('simple', project, fileName);

/** `METADATA` of a wheel, byte for byte (PEP 658). */
export const simpleMetadataKey = (project: ProjectName, fileName: DistributionFileName): ObjectKey =>
  key('simple', project, `${fileName}.metadata`);

export const simplePages = ['index.json', 'index.html'] as const;
export type SimplePage = (typeof simplePages)[number];

export const projectPageKey = (project: ProjectName, page: SimplePage): ObjectKey => key('simple', project, page);

/** The list of all projects. */
export const rootPageKey = (page: SimplePage): ObjectKey => key('simple', page);

/** What was known when a file of a project entered; create-only. */
export const fileProvenanceKey = (project: ProjectName, fileName: DistributionFileName, sha256: Sha256): ObjectKey =>
  key('_gatehouse', 'provenance', 'simple', project, fileName, `${sha256}.json`);

export const fileProvenancePrefix = (project: ProjectName, fileName: DistributionFileName): string =>
  `_gatehouse/provenance/simple/${project}/${fileName}/`;

/** Which files of a project are listed, and how, under compare-and-swap. */
export const projectControlKey = (project: ProjectName): ObjectKey =>
  key('_gatehouse', 'control', 'simple', `${project}.json`);

export const projectControlPrefix = '_gatehouse/control/simple/';

/** What a project's pages were last made from, under compare-and-swap. */
export const projectStateKey = (project: ProjectName): ObjectKey =>
  key('_gatehouse', 'state', 'simple', `${project}.json`);

export const projectStatePrefix = '_gatehouse/state/simple/';

/** Which projects have files, under compare-and-swap. */
export const projectsStateKey: ObjectKey = key('_gatehouse', 'state', 'simple.json');

/** Which bytes a file name of a channel was used for, wherever in the store: create-only, and never deleted. */
export const usedPackageNameKey = (subdir: Subdir, fileName: PackageFileName): ObjectKey =>
  key('_gatehouse', 'names', 'conda', subdir, `${fileName}.json`);

/** The same of a file for pip, one key for all spellings of its name: of two such files pip takes either. */
export const usedFileNameKey = (project: ProjectName, fileName: DistributionFileName): ObjectKey =>
  key('_gatehouse', 'names', 'simple', project, `${oneSpelling(project, fileName)}.json`);

export const usedNamesPrefix = '_gatehouse/names/';

/** Who may publish over HTTP, under compare-and-swap; of each token only its hash. */
export const tokensKey: ObjectKey = key('_gatehouse', 'tokens.json');
