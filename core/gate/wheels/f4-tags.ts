import { shown } from '../../archive/finding.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { boundedFirings } from '../bounded-firings.ts';
import { ofNoPlatform } from '../consistency/b3-machine.ts';
import { contentsCheck } from '../contents/contents-check.ts';
import type { Contents } from '../reading.ts';
import { machinesOf } from './machines-of.ts';

/**
 * The tags of a wheel's name: platforms that are known, and native binaries for them. That `WHEEL` says other tags is told
 * of: installers go by the name, and 18 of 165 real wheels were renamed.
 */
export const f4Tags = contentsCheck({
  id: 'F4',
  version: 1,
  find: ({ contents }) => {
    const { wheel } = contents;
    if (wheel === null) return [];
    const platforms = wheel.fileName.platforms.map((tag) => ({ tag, machines: machinesOf(tag) }));
    const known = platforms.flatMap(({ machines }) => machines ?? []);
    const unknown = platforms.filter(({ machines }) => machines === null);
    return [
      ...unknown.map(({ tag }) => ({ code: 'F4.platform', verdict: 'hold' as const, detail: `${tag} is no platform` })),
      ...(unknown.length > 0 ? [] : foreignBinaries(contents, known)),
      ...otherTags(contents),
    ];
  },
});

function foreignBinaries({ members }: Contents, known: readonly string[]): Firing[] {
  const foreign = [...members.values()].filter(
    ({ path, machine }) => machine !== null && !known.includes(machine) && !isData(path, machine),
  );
  const firings = foreign.map(({ path, machine }) => {
    return { code: 'F4.machine', verdict: 'hold' as const, detail: `${shown(path)} is ${machine}` };
  });
  return boundedFirings(firings);
}

/** setuptools, pip and distlib carry the launchers of Windows in wheels for every platform. */
const isData = (path: string, machine: string): boolean => path.endsWith('.exe') || ofNoPlatform.has(machine);

const otherTags = ({ findings }: Contents): Firing[] =>
  findings
    .filter(({ code }) => code === 'wheel.tags')
    .map(({ detail }) => ({ code: 'F4.tags', verdict: 'warn', detail }));
