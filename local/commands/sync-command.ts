import { allowlistChanges } from '../../core/documents/allowlist/allowlist-changes.ts';
import { findStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { readDeployed } from '../../core/documents/deployed.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { recordedSync } from '../pipeline/recorded-sync.ts';
import { remoteSync } from '../pipeline/remote-sync.ts';
import { type SyncReport, syncProblems } from '../pipeline/sync.ts';
import { goesOnText } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { syncJson, syncSummary } from '../render/sync.ts';
import { openWorld, type World } from '../world/open-world.ts';
import { readAllowlist, readPatches, usualAllowlist } from '../world/repository-files.ts';
import { type Command, type ExitStatus, exitStatus, type Invocation } from './command.ts';
import { invalid, minutesFlag } from './flags.ts';

export const syncCommand: Command = {
  name: 'sync',
  summary: 'plan, fetch, index and prove, once; finishes what an interrupted run left',
  beginsStore: true,
  options: { yes: { type: 'boolean' }, remote: { type: 'boolean' }, timeout: { type: 'string' } },
  optionHelp: [
    '--yes              let more than half of the served packages leave, where the allowlist says so; and in a bucket that a',
    '                   stack fills, go by this allowlist though another was deployed',
    '--remote           have the stack that fills the bucket do it, by what was deployed, and follow it',
    '--timeout MINUTES  follow it for so long at most (120); it goes on by itself',
  ],
  examples: [
    ['gatehouse sync', 'bring the folder .gatehouse in line with allowlist.json'],
    ['gatehouse sync --json > report.json', 'the same, with a report for programs'],
    ['gatehouse sync --remote --store s3://BUCKET', 'start a run on AWS now, and see it through'],
  ],
  run: (invocation) => (invocation.flags['remote'] === true ? syncRemote(invocation) : syncHere(invocation)),
};

async function syncHere(invocation: Invocation): Promise<ExitStatus> {
  const { allowlist: file = usualAllowlist, store, flags, terminal } = invocation;
  if (flags['timeout'] !== undefined) throw invalid('--timeout is of --remote alone');
  const { allowlist, written } = await readAllowlist(file);
  const patches = await readPatches(file);
  await using world = openWorld(store);
  const report = reporter(terminal);
  const done = await recordedSync(allowlist, { ...world, patches }, report.log, {
    written,
    yes: flags['yes'] === true,
  });
  report.finish();
  return tell(done, invocation);
}

function tell(done: SyncReport, { json, terminal }: Invocation): ExitStatus {
  const problems = syncProblems(done);
  if (json) terminal.out(`${syncJson(done)}\n`);
  terminal.err(syncSummary(done, problems));
  return problems.length === 0 ? exitStatus.done : exitStatus.failed;
}

const minuteMs = 60_000;

async function syncRemote(invocation: Invocation): Promise<ExitStatus> {
  const { allowlist: file, store, flags, terminal, untilInterrupted } = invocation;
  if (flags['yes'] === true) throw invalid('--yes says nothing with --remote, which goes by what was deployed');
  const patienceMs = minutesFlag(flags, 'timeout', 120) * minuteMs;
  await using world = openWorld(store);
  const stack = await readDeployed(world.store);
  if (stack === null) {
    throw invalid(
      `${store} is filled by no stack, so there is none to ask`,
      'deploy it with this version (npx cdk deploy), or leave out --remote',
    );
  }
  terminal.err(await otherAllowlistText(file, world));
  const { stackQueues } = await import('../../adapters/stack-queues.ts');
  const report = reporter(terminal);
  const remote = { ...world, log: report.log, stack, queues: stackQueues(stack.region) };
  const interrupted = untilInterrupted().then(() => 'interrupted' as const);
  const done = await Promise.race([remoteSync(remote, patienceMs), interrupted]);
  report.finish();
  if (done !== null && done !== 'interrupted') return tell(done, invocation);
  terminal.err(goesOnText(store));
  return exitStatus.failed;
}

/** A line where the allowlist here is another than the one that counts there; nothing where there is none here. */
async function otherAllowlistText(file: string | undefined, { store }: World): Promise<string> {
  const here = await readAllowlist(file ?? usualAllowlist).catch((error: unknown) => {
    const isOptional = error instanceof GatehouseError && error.code === 'allowlist.missing' && file === undefined;
    if (!isOptional) throw error;
    return null;
  });
  const there = await findStoredAllowlist(store);
  if (here === null || there === null || allowlistChanges(there, here.allowlist).length === 0) return '';
  return `${file ?? usualAllowlist} is another than the one that was deployed, by which this sync goes; npx cdk deploy deploys it\n`;
}
