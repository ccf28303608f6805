import { expect, it } from 'vitest';
import type { Event } from '../../../core/ports/log.ts';
import { eventLine } from '../../../local/render/reporter.ts';

const problem = { code: 'fetch.sha256', subject: 'linux-64/a-1-0.conda', detail: 'expected sha256 ab, got cd' };
const key = 'conda/linux-64/a-1-0.conda';

it.each<[Event, string | null]>([
  [{ type: 'plan.started', entries: 1, platforms: ['linux-64'] }, 'planning 1 entry for linux-64'],
  [{ type: 'plan.started', entries: 2, platforms: ['linux-64', 'win-64'] }, 'planning 2 entries for linux-64, win-64'],
  [{ type: 'plan.fallback', reason: 'https://c/x is not sound zstd' }, 'passed over: https://c/x is not sound zstd'],
  [{ type: 'plan.upstream', url: 'https://c/linux-64', names: 3 }, 'read https://c/linux-64 (3 names)'],
  [{ type: 'plan.project', url: 'https://i/demo/', files: 3 }, 'read https://i/demo/ (3 files)'],
  [{ type: 'plan.project', url: 'https://i/demo/', files: 1 }, 'read https://i/demo/ (1 file)'],
  [{ type: 'plan.solved', entry: 'a', platform: 'win-64', packages: 4 }, 'solved a on win-64: 4 packages'],
  [{ type: 'plan.solved', entry: 'a', platform: 'win-64', packages: 1 }, 'solved a on win-64: 1 package'],
  [{ type: 'plan.unsolved', entry: 'a', platform: 'win-64', explanation: 'no b\nfor c' }, 'cannot solve a on win-64'],
  [{ type: 'plan.ready', add: 2, drop: 1, bytes: 1500 }, 'plan: 2 to fetch (1.5 kB), 1 to drop'],
  [{ type: 'plan.ready', add: 0, drop: 0, bytes: 0, unmade: true }, null],
  [{ type: 'fetch.started', key, size: 5 }, null],
  [{ type: 'fetch.progress', key, received: 1, size: 5 }, null],
  [{ type: 'fetch.done', key, size: 5 }, `fetched ${key} (5 B)`],
  [{ type: 'fetch.failed', key, problem }, `failed ${key}: fetch.sha256`],
  [{ type: 'index.project', project: 'demo', files: 1 }, 'indexed simple/demo: 1 file'],
  [{ type: 'index.project', project: 'demo', files: 0 }, 'indexed simple/demo: 0 files'],
  [{ type: 'index.written', subdir: 'noarch', packages: 2, changed: true }, 'indexed noarch: 2 packages'],
  [{ type: 'index.written', subdir: 'noarch', packages: 0, changed: false }, 'indexed noarch: 0 packages, unchanged'],
  [{ type: 'plan.ready', add: 6, drop: 1, bytes: 0 }, 'plan: 6 to fetch, 1 to drop'],
  [{ type: 'prove.entry', entry: 'a', platform: 'win-64', client: 'conda', installable: true }, 'proved a on win-64'],
  [
    { type: 'prove.entry', entry: 'a', platform: 'win-64', client: 'conda', installable: false },
    'NOT installable: a on win-64',
  ],
  [
    { type: 'prove.entry', entry: 'a', platform: 'win-64', client: 'pip', installable: true },
    'proved a on win-64 for pip',
  ],
  [
    { type: 'retry', url: 'https://c/x', attempt: 2, waitMs: 1500, reason: 'status 503' },
    'retry 2 of https://c/x in 1.5 s: status 503',
  ],
  [{ type: 'verify.object', key, size: 5, sound: true }, null],
  [{ type: 'verify.object', key, size: 5, sound: false }, `damaged ${key}`],
])('%j', (event, line) => expect(eventLine(event)).toBe(line));
