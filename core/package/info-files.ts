import type { TarMember } from '../archive/tar.ts';
import { GatehouseError } from '../error.ts';
import { utf8Text } from './package-info.ts';

/** Members of `info/` that describe a package to people, as text; a key is absent when there is none that can be read. */
export interface InfoFiles {
  readonly about?: string;
  /** `info/paths.json` (CEP 34). */
  readonly paths?: string;
  /** The first of the recipe's three places, as conda-index goes by. */
  readonly recipe?: string;
}

export interface InfoFilesCollector {
  /** Reads the member's body when it is one of them. */
  offer(member: TarMember): Promise<void>;
  finish(): InfoFiles;
}

const kibi = 1024;
/** Bytes. Of 299 real packages the largest had 19 kB, 650 kB and 16 kB. */
const largest = { about: 512 * kibi, paths: 64 * kibi * kibi, recipe: 512 * kibi };

const places: ReadonlyMap<string, keyof InfoFiles> = new Map([
  ['info/about.json', 'about'],
  ['info/paths.json', 'paths'],
  ['info/recipe/meta.yaml', 'recipe'],
  ['info/recipe/meta.yaml.rendered', 'recipe'],
  ['info/meta.yaml', 'recipe'],
]);

/**
 * Picks these files out of a walk over members. Nobody installs by them: one that is too large, no file or not UTF-8
 * counts as absent, and never refuses its package.
 */
export function collectInfoFiles(): InfoFilesCollector {
  const texts = new Map<keyof InfoFiles, string>();
  return {
    async offer(member) {
      const kind = places.get(member.path);
      if (kind === undefined || texts.has(kind)) return;
      if (member.type !== 'file' || member.size > largest[kind]) return;
      const text = await textOf(member);
      if (text !== null) texts.set(kind, text);
    },
    finish: () => Object.fromEntries(texts),
  };
}

async function textOf(member: TarMember): Promise<string | null> {
  try {
    return await utf8Text(member.body, member.path);
  } catch (error) {
    // Any other fault is the archive's and refuses the package as it would for any member.
    if (error instanceof GatehouseError && error.message.startsWith('B7.utf8')) return null;
    throw error;
  }
}
