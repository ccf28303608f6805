import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { type FolderServer, serveFolder } from '../../../local/sample/serve-folder.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { watchStack } from '../watch/watch-stack.ts';
import { appOutput, openScene, type Scene } from './scene.ts';

const runbook = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

/** What the runbook says under a heading. */
const sectionOf = (heading: string): string =>
  new RegExp(`^## ${heading}\\n\\n(.*?)(?=^## |(?![\\s\\S]))`, 'ms').exec(runbook)?.[1] ?? '';

interface Failure {
  readonly what: string;
  /** Of the channel's allowlist; that of a sound one by default. */
  readonly packages?: readonly string[];
  readonly channel?: string;
  /** Rules that never fire. */
  readonly without?: readonly string[];
  /** Minutes that pass, soundly, before it happens. */
  readonly after?: number;
  /** Has it happen. */
  readonly inject?: (scene: Scene) => unknown;
  /** The alarms that must go off, and no others. */
  readonly alarms: readonly string[];
  /** Some of what the alarm's section tells the operator to do. */
  readonly says: RegExp;
  /** Errors that are then in the log. */
  readonly errors: readonly RegExp[];
}

const put = (Key: string, Body: string) => (scene: Scene) =>
  scene.clients.s3.send(new PutObjectCommand({ Bucket: scene.stack.bucket, Key, Body }));

const remove = (Key: string) => (scene: Scene) =>
  scene.clients.s3.send(new DeleteObjectCommand({ Bucket: scene.stack.bucket, Key }));

const failures: readonly Failure[] = [
  {
    what: 'a wrong channel host',
    channel: 'http://wrong.invalid/channel',
    alarms: ['PlansIncompleteAlarm', 'PlanProblemsAlarm'],
    says: /is the address right.*Mend the address and deploy/s,
    errors: [],
  },
  {
    what: 'an entry that cannot be solved',
    packages: ['app', 'nowhere'],
    alarms: ['PlanProblemsAlarm'],
    says: /Change the entry, or take it out/,
    errors: [],
  },
  {
    what: 'an allowlist that cannot be read',
    after: 10,
    inject: put('_gatehouse/allowlist.json', '{\n  "packages": [}'),
    alarms: ['PlanMessagesFailing'],
    says: /names file and line, mend it and deploy/,
    errors: [/allowlist\.invalid/],
  },
  {
    what: 'hotfixes that cannot be read',
    after: 10,
    inject: put('_gatehouse/patches/linux-64.json', '{\n  "packages": [}'),
    alarms: ['PlanMessagesFailing'],
    says: /names file and line, mend it and deploy/,
    errors: [/patches\.invalid/],
  },
  {
    what: 'a package that cannot be fetched',
    packages: ['app', 'bad'],
    alarms: ['JobMessagesFailing', 'ArtifactsGivenUpAlarm', 'PlanProblemsAlarm'],
    says: /start another sync/,
    errors: [/fetch\.failed/],
  },
  {
    what: 'a message that nobody understands',
    after: 10,
    inject: ({ stack }) => {
      for (const name of ['Plan', 'Job', 'Index', 'Proof', 'Sweep']) stack.send(`Channel${name}Queue`, 'garbage');
    },
    alarms: ['Plan', 'Job', 'Index', 'Proof', 'Sweep'].map((name) => `${name}MessagesFailing`),
    says: /has the reason with every try/,
    errors: [/json\.invalid/],
  },
  {
    what: 'a handler that throws',
    // The run's own last message has come by then.
    after: 20,
    inject: async (scene) => {
      await remove('_gatehouse/allowlist.json')(scene);
      await scene.stack.fire('ChannelPrune');
    },
    alarms: ['PrunerErrors', 'EventsDeadLettersAlarm'],
    says: /the log says which/,
    errors: [],
  },
  {
    what: 'a handler that is out of memory',
    inject: ({ stack }) => {
      stack.cloud.fault = ({ caller }) => {
        if (caller.startsWith('ChannelDownloader')) stack.kill(caller);
        return undefined;
      };
    },
    alarms: ['DownloaderErrors'],
    says: /raise its `timeout` or `memory`/,
    errors: [],
  },
  {
    what: 'a schedule that never fires',
    without: ['ChannelSync'],
    after: 60,
    alarms: ['SchedulesMissedAlarm'],
    says: /whether its rule is there and enabled/,
    errors: [],
  },
  {
    what: 'a clock that stands',
    without: ['Channel'],
    alarms: ['WatchesAlarm'],
    says: /the rule is disabled or gone/,
    errors: [],
  },
  {
    what: 'a prover that finds a loss',
    after: 10,
    inject: remove('conda/linux-64/lib-1.0-0.conda'),
    alarms: ['EntriesLostAlarm'],
    says: /a package was deleted or damaged in the bucket: see Restore/,
    errors: [],
  },
];

describe('alarms', () => {
  let folder: TemporaryFolder;
  let upstream: FolderServer;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const packages = [small('app 1.0', ['lib']), small('lib 1.0'), small('bad 1.0')];
    await buildChannel(join(folder.path, 'upstream'), packages, { forms: ['json'] });
    upstream = await serveFolder(join(folder.path, 'upstream'), {
      intercept: (request, response, next) =>
        request.url?.includes('/bad-1.0') ? response.end('other bytes') : next(),
    });
  });
  afterAll(async () => {
    await upstream.close();
    await folder[Symbol.asyncDispose]();
  });

  async function deployed({ packages = ['app'], channel = upstream.url, without = [] }: Partial<Failure>) {
    const document = { channels: [channel], platforms: ['linux-64'], packages };
    const out = await appOutput(folder, JSON.stringify(document), undefined, {
      schedule: Schedule.rate(Duration.hours(1)),
    });
    const scene = await openScene(out);
    // A proof of an index that moves is tried again, which sets no alarm off.
    scene.expected.push(/the index kept changing while it was proved/);
    return { scene, watched: watchStack(scene.stack, without) };
  }

  it('of a first sync, and of those that the schedule starts, none goes off', async () => {
    const { scene, watched } = await deployed({});
    await using _ = scene;
    expect([...(await watched.pass(140))]).toEqual([]);
    const runs = Object.keys(scene.contents('_gatehouse/runs/')).filter((key) => /\/[0-9a-f]{64}\.json$/.test(key));
    expect(runs).toHaveLength(3);
  });

  it.each(failures)('$what', async (failure) => {
    const { after = 0, inject, alarms, says, errors } = failure;
    const { scene, watched } = await deployed(failure);
    await using _ = scene;
    scene.expected.push(...errors);
    if (after > 0) expect([...(await watched.pass(after))], 'before it happened').toEqual([]);
    await inject?.(scene);
    const off = await watched.pass(29);
    expect([...off.keys()].sort()).toEqual([...alarms].sort());
    const [first = ''] = alarms;
    expect(sectionOf(toldSection(scene, first))).toMatch(says);
  });
});

/** The section that an alarm's text names. */
function toldSection({ stack }: Scene, id: string): string {
  const text = stack.alarms.find((alarm) => alarm.id === id)?.AlarmDescription ?? '';
  return /See docs\/operations\.md, "([^"]+)"\.$/.exec(text)?.[1] ?? '';
}
