import { existsSync, readFileSync } from 'node:fs';
import { parseAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { advisoriesKey } from '../../core/layout/gate-keys.ts';
import { allowlistKey, mappingKey, usedNamesPrefix } from '../../core/layout/keys.ts';
import { type Side, stagedPath } from '../../core/layout/sides.ts';
import { type Access, bothSides } from './permissions.ts';

export interface PublishRights {
  readonly to: Side;
  /**
   * The normal names (PEP 503) that may be published with all below them: `acme` with `acme-tool`. The allowlist's
   * `reserved` when left out.
   */
  readonly names?: readonly string[];
  /** Whether `gatehouse yank` may be run too, in the channel, which may write whatever control says of packages and files. */
  readonly yank?: boolean;
}

/**
 * The keys of a name take 2,200 to 3,000 characters. What is more than 10,240 of a role the CDK puts into managed policies of
 * 6,144 each, of which a role may have ten.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const maxNames = 10;

/**
 * What `gatehouse publish --store s3://BUCKET` needs, and for the channel `gatehouse promote`: to read what is served and how
 * it came in, and to write files of these names with what is known of them. Pages and indexes are the indexer's.
 *
 * @param allowlist the path of the one that is deployed
 * @returns what is read, and what is written of each name: a statement of all would be larger than a policy may be
 * @throws when there are no such names, or too many
 */
export function publisherAccess({ to, names, yank = false }: PublishRights, allowlist: string): Access[] {
  if (yank && to === 'staging') throw new Error('nothing is yanked in staging: "yank" goes with to: "channel"');
  const own = expectNames(names ?? reservedIn(allowlist), allowlist);
  const places = ['conda/*', 'simple/*', ...['provenance', 'control', 'state', 'verdicts'].map(below)];
  const gate = [...bothSides(['_gatehouse/opened.json', ledger]), ...['scripts', 'recalled'].map(below), advisoriesKey];
  const proving = yank ? ['proof', 'plans', 'runs'].map(below) : [];
  const read = [...bothSides(places), ...gate, ...proving, allowlistKey, mappingKey, `${usedNamesPrefix}*`];
  const writing = (write: readonly string[]): Access => ({ read: [], list: [], write });
  const onSide = (keys: readonly string[]) => (to === 'staging' ? keys.map(stagedPath) : keys);
  const ofName = (name: string) => [
    ...keysOf(name).map((key) => `${usedNamesPrefix}${key}`),
    ...onSide(['provenance', 'verdicts'].flatMap((kind) => keysOf(name).map((key) => `_gatehouse/${kind}/${key}`))),
    ...onSide(filesOf(name)),
  ];
  const judged = [...onSide([ledger]), below('scripts')];
  const write = [...judged, ...(yank ? ['_gatehouse/control/*'] : [])];
  return [{ read, list: read, write }, ...own.map(ofName).map(writing)];
}

const below = (kind: string): string => `_gatehouse/${kind}/*`;
/** The entries, and where the last of them is. */
const ledger = '_gatehouse/ledger*';

/** All that is kept of the files of a name, below a folder for each kind of it. */
const keysOf = (name: string): string[] => [
  ...condaNames(name).map((start) => `conda/*/${start}*`),
  ...projects(name).map((folder) => `${folder}*`),
];

function filesOf(name: string): string[] {
  const packages = ['.conda', '.tar.bz2'].flatMap((ending) =>
    condaNames(name).map((start) => `conda/*/${start}*${ending}`),
  );
  // `*.whl*` is of the metadata too. No page ends so.
  return [
    ...packages,
    ...['*.whl*', '*.tar.gz', '*.zip'].flatMap((file) => projects(name).map((key) => `${key}${file}`)),
  ];
}

/** Conda packages may have any separator. `?` is one character: IAM cannot say which, and the command holds the name itself. */
const condaNames = (name: string): string[] => ['-', '_', '.'].map((end) => `${name.replaceAll('-', '?')}${end}`);

const projects = (name: string): string[] => [`simple/${name}/`, `simple/${name}-*/`];

function reservedIn(allowlist: string): readonly string[] {
  const parsed = existsSync(allowlist) ? parseAllowlist(readFileSync(allowlist), allowlist) : null;
  return parsed?.ok === true ? parsed.allowlist.reserved : [];
}

function expectNames(names: readonly string[], allowlist: string): readonly string[] {
  const bad = names.find((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name));
  if (bad !== undefined)
    throw new Error(`${bad} is not the normal name of a project: write it in lowercase, with - alone`);
  if (names.length === 0) throw new Error(`${allowlist} reserves no names, and only reserved ones can be published`);
  if (names.length <= maxNames) return names;
  throw new Error(
    `a role can be let publish ${maxNames} names, not ${names.length}: name those of this one in "names"`,
  );
}
