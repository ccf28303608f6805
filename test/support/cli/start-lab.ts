import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Allowlist, parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { parseJson } from '../../../core/json/json.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { type SyncOptions, type SyncReport, sync, syncProblems } from '../../../local/pipeline/sync.ts';
import { buildChannel, type ChannelPackage } from '../../../local/sample/build-channel.ts';
import type { PackageSpec } from '../../../local/sample/build-package.ts';
import type { PackageIndex } from '../../../local/sample/package-metadata.ts';
import { type FolderServer, type Intercept, serveFolder } from '../../../local/sample/serve-folder.ts';
import { openWorld, type World } from '../../../local/world/open-world.ts';
import { temporaryFolder } from '../machine/temporary-folder.ts';

const repodataSchema = z.object({
  packages: z.record(z.string(), z.looseObject({ depends: z.array(z.string()) })),
  'packages.conda': z.record(z.string(), z.looseObject({ depends: z.array(z.string()) })),
  removed: z.array(z.string()),
});

/** An upstream on a real HTTP server, a store in a folder, and the pipeline between them. */
export interface Lab extends AsyncDisposable {
  readonly upstream: FolderServer;
  readonly upstreamFolder: string;
  readonly store: string;
  readonly world: World;
  /** The time that the pipeline sees; milliseconds. */
  now: number;
  /** Answers requests in the upstream's stead when set. */
  intercept: Intercept | null;
  /** Makes the upstream anew with these packages. */
  publish(packages: readonly ChannelPackage[], patches?: Readonly<Record<string, PackageIndex>>): Promise<void>;
  allowlist(packages: readonly unknown[], more?: Record<string, unknown>): Allowlist;
  sync(allowlist: Allowlist, options?: SyncOptions): Promise<SyncReport & { problems: string[] }>;
  /** Records that clients read of a subdir, by file name, in order. */
  index(subdir?: string): Promise<Record<string, { depends: string[] }>>;
  removed(subdir?: string): Promise<string[]>;
}

export async function startLab(): Promise<Lab> {
  const folder = await temporaryFolder();
  const upstreamFolder = join(folder.path, 'upstream');
  const store = join(folder.path, 'store');
  const upstream = await serveFolder(upstreamFolder, {
    intercept: (request, response, next) => (lab.intercept === null ? next() : lab.intercept(request, response, next)),
  });
  const opened = openWorld(store);
  // Waiting takes no time here; what would be waited is the clock's to tell in tests of it.
  const clock: Clock = { now: () => lab.now, sleep: async () => {}, random: () => 0 };
  const repodata = async (subdir: string) =>
    parseJson(await readFile(join(store, 'conda', subdir, 'repodata.json'), 'utf8'), repodataSchema, subdir);
  const lab: Lab = {
    upstream,
    upstreamFolder,
    store,
    world: { ...opened, clock },
    now: Date.UTC(2026, 0, 1),
    intercept: null,
    async publish(packages, patches = {}) {
      await rm(upstreamFolder, { recursive: true, force: true });
      await buildChannel(upstreamFolder, packages, { patches, forms: ['json'] });
    },
    allowlist(packages, more = {}) {
      const document = { channels: [upstream.url], platforms: ['linux-64'], packages, ...more };
      const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      return parsed.allowlist;
    },
    async sync(allowlist, options = { yes: true }) {
      const report = await sync(allowlist, lab.world, () => {}, options);
      return { ...report, problems: syncProblems(report).map(({ code, subject }) => `${code} ${subject}`) };
    },
    async index(subdir = 'linux-64') {
      const { packages, 'packages.conda': conda } = await repodata(subdir);
      return { ...packages, ...conda };
    },
    removed: async (subdir = 'linux-64') => (await repodata(subdir)).removed,
    async [Symbol.asyncDispose]() {
      await upstream.close();
      await opened[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return lab;
}

/** `name version` for linux-64, a `.conda` of a few bytes. */
export function small(text: string, depends: readonly string[] = [], more: Partial<PackageSpec> = {}): PackageSpec {
  const [name = '', version = '', build = '0'] = text.split(' ');
  return { name, version, build, subdir: 'linux-64', format: '.conda', depends, ...more };
}
