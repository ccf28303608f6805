import { writeFileDecisions } from '../../../core/diff/write-file-decisions.ts';
import { writeOverrides } from '../../../core/diff/write-overrides.ts';
import { parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { readControl } from '../../../core/documents/control.ts';
import { readProjectControl } from '../../../core/documents/simple/project-control.ts';
import { simpleFileSchema } from '../../../core/documents/simple/simple-plan.ts';
import { noarch } from '../../../core/names/subdir.ts';
import type { Fetch } from '../../../core/ports/fetch.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import type { PublishReport, PublishWorld } from '../../../core/publish/publication.ts';
import { fetchFile } from '../../../core/steps/fetch-file.ts';
import { indexProjects } from '../../../core/steps/index-projects.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { promote } from '../../../core/steps/promote.ts';
import { yank } from '../../../core/steps/take-back/yank.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { publishFiles } from '../../support/publish/publish-scene.ts';
import type { ActingWorld, Published, PublishSystem } from './publish-system.ts';
import { mirrored, tool } from './simulated-release.ts';

const log = () => {};

/** Finds all that it is asked for: a simulated channel lacks nothing. */
const solver: Solver = {
  solve: async (pool) => ({
    status: 'solved',
    keys: 'candidates' in pool ? [...pool.candidates.values()].flat().map(({ key }) => key) : [],
  }),
  [Symbol.asyncDispose]: async () => {},
};

const written = { channels: [], mapping: 'none', platforms: ['linux-64'], packages: [], reserved: ['acme'] };
const parsed = parseAllowlist(Buffer.from(JSON.stringify(written)), 'allowlist.json');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { allowlist } = parsed;

const publishing = (world: ActingWorld, to: PublishWorld['to']): PublishWorld => ({
  ...{ ...world, to, allowlist, solver, log, by: null },
  gate: testGate(to === 'channel' ? world.store : stagingStore(world.store), world),
  mayPublish: () => true,
});

const publishedBy = ({ files }: PublishReport): Published => files.map(({ key }) => key);

/** What ships. */
export const realPublish: PublishSystem = {
  judges: true,
  async publish(files, to, world) {
    const offered = Object.fromEntries(files.map(({ fileName, bytes }) => [fileName, bytes]));
    return publishedBy(await publishFiles(offered, publishing(world, to)));
  },
  promote: async ({ version }, world) =>
    publishedBy(await promote({ name: tool, version }, publishing(world, 'channel'))),
  async yank({ version }, reason, world) {
    try {
      const request = { name: 'Acme.Tool', version, reason };
      return (await yank(request, { ...world, channel: 'conda', solver, allowlist: null })).files;
    } catch (error) {
      if (error instanceof GatehouseError && error.code === 'yank.unknown') return [];
      throw error;
    }
  },
  async plan({ store, clock }) {
    const { control } = await readControl(store, 'conda', noarch);
    const { control: files } = await readProjectControl(store, tool);
    return async () => {
      await writeOverrides({ [noarch]: needed(control.packages) }, { store, clock, channel: 'conda' });
      await writeFileDecisions({ [tool]: needed(files.files) }, { store, clock });
    };
  },
  remove: (key, { store }) => store.delete(key),
  async mirror({ store, clock }) {
    const file = simpleFileSchema.parse(planned);
    const outcome = await fetchFile(file, { store, gate: testGate(store, { clock }), clock, fetch: answering, log });
    if (outcome.status === 'failed') throw new GatehouseError('fetch.failed', outcome.problem.detail, { retry: true });
    await writeFileDecisions({ [file.project]: { [file.fileName]: { why: ['up'] } } }, { store, clock });
  },
  async index({ side, projects, packages }, { store: whole, clock }) {
    const store = side === 'channel' ? whole : stagingStore(whole);
    const gate = testGate(store, { clock });
    if (projects.length > 0) await indexProjects(projects, { store, gate, clock, log });
    if (packages?.length === 0) return;
    const world = { store, gate, clock, log, channel: 'conda', asked: new Set<never>() } as const;
    await indexSubdir(noarch, world, packages === null ? {} : { hints: packages });
  },
};

/** Every file that control speaks of is needed by one entry more. */
const needed = <T extends { readonly why?: string[] | undefined }>(said: Readonly<Record<string, T>>) =>
  Object.fromEntries(Object.entries(said).map(([name, own]) => [name, { ...own, why: ['an entry'] }]));

const { project, fileName, url, sha256, bytes } = mirrored;
const planned = {
  ...{ project, fileName, url, sha256, release: '1.0', index: 'https://up/simple', size: bytes.length, why: ['up'] },
  uploadTime: '2026-01-02T03:04:05Z',
};

const answering: Fetch = async (from) => ({
  status: 200,
  url: from,
  header: () => null,
  body: (async function* () {
    yield bytes;
  })(),
});
