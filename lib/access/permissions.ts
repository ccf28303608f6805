import { mainIndexFiles, optionalIndexFiles } from '../../core/layout/index-files.ts';
import { noticesKey, simplePages, usedNamesPrefix } from '../../core/layout/keys.ts';
import { stagedPath } from '../../core/layout/sides.ts';
import { distributionEndings } from '../../core/layout/simple-place.ts';
import type { FunctionName } from '../bundle/bundle-functions.ts';
import type { QueueName } from '../resources/queues.ts';

/** What a function may do, as key patterns of the bucket: `*` stands for any characters, `/` among them. */
export interface Access {
  readonly read: readonly string[];
  /** Prefixes it may list; S3 also answers 404 instead of 403 only to who may list. */
  readonly list: readonly string[];
  readonly write?: readonly string[];
  readonly delete?: readonly string[];
  readonly send?: readonly QueueName[];
}

/** The same of the channel and of what is staged for it. */
export const bothSides = (patterns: readonly string[]): string[] => [...patterns, ...patterns.map(stagedPath)];

const packages = ['conda/*.conda', 'conda/*.tar.bz2'] as const;

/** Each index file by its whole name: an open end would also let in a package of that name. */
const optionFiles = [...optionalIndexFiles.map((file) => `conda/*/${file}`), 'conda/*/shards/*.msgpack.zst'];
const indexFiles = [...mainIndexFiles.map((file) => `conda/*/${file}`), 'conda/channeldata.json', ...optionFiles];

/** Wheels for pip, the metadata of each, and the pages that name them. */
const metadata = 'simple/*.metadata';
const wheels = ['simple/*.whl', metadata] as const;
/** Of both, and of source distributions, which are the organisation's own. */
const forPip = [...distributionEndings.map((ending) => `simple/*${ending}`), metadata] as const;
const notices = noticesKey('conda');
const pages = simplePages.flatMap((page) => [`simple/${page}`, `simple/*/${page}`]);

/** All that is staged, and what is known of it. */
const staging = ['staging/*', '_gatehouse/staging/*'] as const;

const allowlist = '_gatehouse/allowlist.json';
const deployed = '_gatehouse/deployed.json';
const provenance = '_gatehouse/provenance/*';
const control = '_gatehouse/control/*';
const state = '_gatehouse/state/*';
const segments = '_gatehouse/state/*/*/*';
/** Upstream's documents, which are there only where a folder was copied into the bucket. */
const documents = '_gatehouse/cache/*';
const plans = '_gatehouse/plans/*';
const runs = '_gatehouse/runs/*';
/** When the clock last started something. */
const clock = (name: string) => `_gatehouse/clocks/${name}.json`;
/** What could not be fetched of a plan. */
const failed = '_gatehouse/runs/failed/*';
const incoming = '_gatehouse/incoming/*';
/** Which bytes a file name was used for. */
const usedNames = `${usedNamesPrefix}*`;
/** The file of names that the last run went by. */
const mapping = '_gatehouse/mapping.json';
/** What was proved, and what need not be solved again. */
const proof = ['_gatehouse/proof/*', '_gatehouse/proven/*'] as const;
const verdicts = '_gatehouse/verdicts/*';
/** The entries, and where the last of them is. */
const ledger = '_gatehouse/ledger*';
const opened = '_gatehouse/opened.json';
const firstSeen = '_gatehouse/first-seen/*';
const held = '_gatehouse/held/*';
/** What the gate knows of both sides: scripts that passed, the advisories as they were read, what was recalled. */
const scripts = '_gatehouse/scripts/*';
const advisories = '_gatehouse/advisories.json';
const recalled = '_gatehouse/recalled/*';
const known = [scripts, advisories, recalled, mapping, allowlist] as const;
/** What is asked, and what is written down, where a file is judged. */
const asked = [verdicts, ledger, opened] as const;
const judged = [verdicts, ledger] as const;

/** Who may do what in the bucket: each function writes what is its own; of what is served only the pruner and the sweeper delete. */
export const access: Readonly<Record<FunctionName, Access>> = {
  scraper: {
    read: ['conda/*', 'simple/*', '_gatehouse/*'],
    list: ['conda/*', 'simple/*', '_gatehouse/*'],
    write: [plans, runs, control, mapping, advisories, firstSeen, opened, clock('sync'), clock('watch')],
    send: ['plan', 'job', 'index'],
  },
  downloader: {
    // Runs and the allowlist, since a job of a superseded run must bring nothing in.
    read: ['conda/*', 'simple/*', plans, runs, provenance, incoming, held, ...asked, ...known],
    list: ['conda/*', 'simple/*', plans, runs, provenance, incoming, held, ...asked, ...known],
    write: [...packages, ...wheels, provenance, incoming, held, failed, ...judged, scripts, advisories],
  },
  indexer: {
    // All of staging by two patterns: a policy has room for 10,240 characters.
    read: ['conda/*', 'simple/*', provenance, control, state, ...asked, ...staging, usedNames, ...known],
    list: ['conda/*', 'simple/*', provenance, control, state, ...asked, ...staging, usedNames, ...known],
    // Verdicts, provenance and metadata, of what was copied in by hand.
    write: [
      ...bothSides([...indexFiles, ...pages, state, provenance, metadata, ...judged]),
      ...[scripts, advisories, clock('reconcile')],
    ],
    send: ['index'],
  },
  prover: {
    // Of a wheel its metadata alone, as pip; of the latest run the pythons that it planned with.
    read: [...indexFiles, ...pages, metadata, allowlist, ...proof, plans, runs],
    list: ['conda/*', 'simple/*', allowlist, ...proof, plans, runs],
    write: proof,
    send: ['proof'],
  },
  pruner: {
    read: [...bothSides(['conda/*', 'simple/*', provenance, control, state, plans, documents, held]), allowlist],
    list: [...bothSides(['conda/*', 'simple/*', provenance, control, state, plans, documents, held]), allowlist],
    write: [clock('prune')],
    // Segments of the state are below a folder of their subdir; the state itself is beside that folder and stays. What is
    // published or copied in, as all in staging is, never leaves by itself.
    delete: [...packages, ...wheels, ...bothSides([...optionFiles, segments, held]), plans, documents],
    send: ['index'],
  },
  sweeper: {
    read: ['conda/*', 'simple/*', 'staging/*', '_gatehouse/*'],
    list: ['conda/*', 'simple/*', 'staging/*', '_gatehouse/*'],
    // What it takes back goes there first, and may come back under its name.
    write: [
      ...bothSides([...packages, ...forPip, notices, control, ...judged, opened]),
      ...[scripts, advisories, recalled, clock('sweep')],
    ],
    // What turned bad, whoever brought it.
    delete: bothSides([...packages, ...forPip]),
    send: ['sweep', 'index'],
  },
  'deploy-files': {
    read: [],
    list: [],
    write: [allowlist, '_gatehouse/patches/*.json', deployed],
    // What says which stack fills the bucket goes with the stack.
    delete: [deployed],
  },
};
