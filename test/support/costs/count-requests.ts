import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Solver } from '../../../core/ports/solver.ts';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { small } from '../cli/start-lab.ts';
import { smallCloud } from '../cloud/small-cloud.ts';

/** What S3 and SQS bill apart: writes and lists, reads, messages that are sent; and how often a function runs. */
interface Requests {
  readonly writes: number;
  readonly reads: number;
  readonly messages: number;
  readonly invocations: number;
}

/** What each part of a week asks for, of a channel with so many packages. */
export interface WeekOfRequests {
  readonly first: Requests;
  readonly sync: Requests;
  readonly reconcile: Requests;
  readonly sweep: Requests;
  readonly prune: Requests;
  readonly watch: Requests;
}

/**
 * Counts the requests of a stack in this process that mirrors packages which need nothing, in one subdir, with nothing changed
 * after the first sync.
 */
export async function countRequests(folder: string, packages: number, solver: Solver): Promise<WeekOfRequests> {
  const specs = Array.from({ length: packages }, (_, at) => small(`p${at} 1.0`));
  const upstream = join(folder, `upstream-${packages}`);
  await buildChannel(upstream, specs, { forms: ['json'] });
  let counted = { writes: 0, reads: 0, messages: 0, invocations: 0 };
  const cloud = smallCloud(solver, {
    random: () => 0,
    asked: (operation) => {
      const kind = operation === 'send' ? 'messages' : kinds[operation];
      if (kind !== undefined) counted = { ...counted, [kind]: counted[kind] + 1 };
    },
    ran: () => {
      counted = { ...counted, invocations: counted.invocations + 1 };
    },
  });
  const during = async (work: () => Promise<unknown>): Promise<Requests> => {
    counted = { writes: 0, reads: 0, messages: 0, invocations: 0 };
    await work();
    await cloud.run();
    return counted;
  };
  const document = { channels: [pathToFileURL(upstream).href], platforms: ['linux-64'] };
  const allowlist = { ...document, packages: specs.map(({ name }) => name) };
  const first = await during(() => cloud.allowlist(allowlist));
  // The first judges all anew: the advisories are others than those of the sync.
  await during(() => cloud.sweep());
  return {
    first,
    sync: await during(() => cloud.schedule('weekly')),
    reconcile: await during(() => cloud.reconcile()),
    sweep: await during(() => cloud.sweep()),
    prune: await during(() => cloud.prune()),
    watch: await during(() => cloud.watch()),
  };
}

/** As S3 bills them; deletions cost nothing, and what is staged is in the function's own memory. */
const kinds: Readonly<Record<string, 'writes' | 'reads'>> = {
  ...{ put: 'writes', publish: 'writes', list: 'writes' },
  ...{ get: 'reads', read: 'reads', 'read whole': 'reads' },
};
