import type { PythonIndexes } from '../../releases/python-indexes.ts';
import { isOwnChannel } from '../own-names.ts';
import type { OpenSubdir } from '../upstream-subdirs.ts';
import type { Standings } from './standings.ts';

interface CandidateWorld {
  readonly openSubdir: OpenSubdir;
  readonly pythonIndexes: PythonIndexes;
  /** The gate holds nothing without it. */
  readonly standings?: Standings | undefined;
}

/**
 * A world in which what the gate does not let in is nowhere to be had. A name whose files are all held is still its channel's:
 * another channel's package of that name is no stand-in for it.
 */
export function passingAlone<W extends CandidateWorld>(world: W): W {
  const { standings, openSubdir, pythonIndexes } = world;
  if (standings === undefined) return world;
  const open: OpenSubdir = async (channel, subdir) => {
    const upstream = await openSubdir(channel, subdir);
    if (upstream === null || isOwnChannel(channel)) return upstream;
    return {
      url: upstream.url,
      names: () => upstream.names(),
      async records(name) {
        const { records, problems } = await upstream.records(name);
        return { records: await standings.packages(records), problems };
      },
    };
  };
  return {
    ...world,
    openSubdir: open,
    pythonIndexes: {
      ...pythonIndexes,
      async files(index, project) {
        const found = await pythonIndexes.files(index, project);
        return found && standings.files(found, { index, project });
      },
    },
  };
}
