import { scheduler } from 'node:timers/promises';
import { findStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { sha256Of } from '../../core/names/digest.ts';
import type { Log } from '../../core/ports/log.ts';
import { expectDeployed } from '../pipeline/expect-deployed.ts';
import { recordedSync } from '../pipeline/recorded-sync.ts';
import { sweepAll, sweepProblems } from '../pipeline/sweep-all.ts';
import { syncProblems } from '../pipeline/sync.ts';
import { takeUploads } from '../pipeline/take-uploads.ts';
import { jsonText } from '../render/json-text.ts';
import { errorText, installLines, problemLines, stoppingText } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { syncSummary } from '../render/sync.ts';
import { uploadLines } from '../render/upload-lines.ts';
import { serveStore } from '../serve/serve-store.ts';
import { openWorld, type World } from '../world/open-world.ts';
import { patchesFolder, readAllowlist, readPatches, usualAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus, type Invocation } from './command.ts';
import { listenFlags, listenHelp, listenOptions } from './flags.ts';
import { watchFiles } from './watch-files.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'serve the channel and sync it; sync again when the allowlist changes, and sweep once a day',
  beginsStore: true,
  options: listenOptions,
  optionHelp: listenHelp,
  examples: [
    ['gatehouse up', 'sync allowlist.json and serve http://127.0.0.1:8080/gatehouse'],
    ['gatehouse up --json', 'one JSON line for each event, for programs'],
  ],
  async run(invocation) {
    const { allowlist: file = usualAllowlist, store, flags, terminal, untilInterrupted } = invocation;
    const place = listenFlags(flags, terminal);
    const follow = await watchFiles(file, patchesFolder(file));
    // A bad allowlist at the start is an error; one that goes bad later leaves the channel as it was.
    const { allowlist } = await readAllowlist(file);
    await readPatches(file);
    await using world = openWorld(store);
    // A sync may be refused, and then all goes on under the name that it had.
    let { name } = (await findStoredAllowlist(world.store).catch(() => null)) ?? allowlist;
    const takeUpload = takeUploads(world, undefined, terminal.err);
    await using server = await serveStore({ store: world.store, name: () => name, ...place, takeUpload });
    terminal.err(`serving ${server.url}/${name} as it is, and bringing it up to date\n`);
    const syncNow = () =>
      syncOnce(file, world, invocation, (read) => {
        if (read !== name) terminal.err(`serving ${server.url}/${read} from now on\n`);
        name = read;
      });
    await syncNow();
    terminal.err(installLines(server.url, { ...allowlist, name }) + (await uploadLines(server.url, world.store)));
    const stop = new AbortController();
    const onChange = async () => {
      terminal.err(`${file} or ${patchesFolder(file)} has changed\n`);
      await syncNow();
    };
    follow(stop.signal, onChange).catch((error) => terminal.err(errorText(error)));
    const sweepToday = () => sweepOnce(file, world, invocation);
    eachDay(stop.signal, sweepToday).catch((error) => terminal.err(errorText(error)));
    await untilInterrupted();
    terminal.err(stoppingText(server.underWay()));
    stop.abort();
    return exitStatus.done;
  },
};

const dayMs = 24 * 60 * 60 * 1000;

/** Now, and once a day until it is told to stop. What is under way then is cut off, and finished by the next. */
async function eachDay(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await scheduler.wait(dayMs, { signal }).catch(() => undefined);
  }
}

/** Says nothing where nothing turned bad. */
async function sweepOnce(file: string, world: World, { json, terminal }: Invocation): Promise<void> {
  const { log: told } = reporter(terminal);
  const spoken: Log = (event) => (event.type === 'sweep.recalled' || event.type === 'sweep.released') && told(event);
  const log: Log = json ? (event) => terminal.out(`${jsonText(event)}\n`) : spoken;
  try {
    const { allowlist, written } = await readAllowlist(file);
    await expectDeployed({ allowlist, written }, world.store, 'Meanwhile gatehouse serve serves the bucket');
    const swept = await sweepAll(world, { allowlist, sha256: sha256Of(written), log });
    terminal.err(problemLines(sweepProblems(swept)));
  } catch (error) {
    terminal.err(errorText(error));
  }
}

/** @param served is told the channel's name, once it is synced */
async function syncOnce(
  file: string,
  world: World,
  { json, terminal }: Invocation,
  served: (name: string) => void,
): Promise<void> {
  const report = reporter(terminal);
  const log = json ? (event: unknown) => terminal.out(`${jsonText(event)}\n`) : report.log;
  try {
    const { allowlist, written } = await readAllowlist(file);
    const done = await recordedSync(allowlist, { ...world, patches: await readPatches(file) }, log, { written });
    report.finish();
    served(allowlist.name);
    terminal.err(syncSummary(done, syncProblems(done)));
  } catch (error) {
    report.finish();
    terminal.err(errorText(error));
  }
}
