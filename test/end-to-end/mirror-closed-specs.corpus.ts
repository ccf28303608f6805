import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { parseAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { type Subdir, subdirSchema } from '../../core/names/subdir.ts';
import { virtualPackagesFor } from '../../core/solve/virtual-packages.ts';
import { verify } from '../../core/steps/verify.ts';
import { listPackages } from '../../core/store/list-packages.ts';
import { sync, syncProblems } from '../../local/pipeline/sync.ts';
import { type FolderServer, serveFolder } from '../../local/sample/serve-folder.ts';
import { serveStore } from '../../local/serve/serve-store.ts';
import { openWorld, type World } from '../../local/world/open-world.ts';
import { nothingAsked, nothingAskedPolicy } from '../support/gate/test-gate.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { corpus } from '../support/packages/corpus.ts';
import { startHttpClient } from '../support/served/http-client.ts';
import { type ClosedSpec, closedSpecs } from '../support/solver/closures.ts';

const channels = [...Map.groupBy(closedSpecs, ({ channel }) => channel)];
const client = startHttpClient();
const solver = rattlerSolver();
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await client.close();
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** quetz has a record that contradicts its file name: left out and named, which nothing else here is. */
const leftOut = ({ channel, spec }: ClosedSpec): string[] =>
  channel === 'quetz' && spec.startsWith('test-package ') ? ['record.identity'] : [];

/** rattler's own answer on a served channel, `pip` beside python as conda and mamba would have it. */
async function install(channel: string, { platform, spec }: ClosedSpec): Promise<readonly string[]> {
  const { __archspec, ...virtualPackages } = virtualPackagesFor(subdirSchema.parse(platform));
  const solve = async (specs: string[]) => {
    const answer = await client.solve({ channels: [channel], platform, specs, virtualPackages });
    if ('refused' in answer) throw new Error(`${spec} on ${platform} from ${channel}: ${answer.refused}`);
    return answer.files;
  };
  const files = await solve([spec]);
  return files.some((file) => /\/python-\d/.test(file)) ? solve([spec, 'pip']) : files;
}

/** The corpus channel over HTTP; rattler wants a noarch even where a channel has none. */
const serveCorpus = (channel: string): Promise<FolderServer> =>
  serveFolder(join(corpus, 'channels', channel), {
    intercept(request, response, next) {
      if (channel === 'legacy-2016' && request.url === '/noarch/repodata.json') response.end('{}');
      else next();
    },
  });

async function syncSpec(upstream: string, { platform, spec }: ClosedSpec, world: World) {
  const text = JSON.stringify({ channels: [upstream], platforms: [platform], packages: [spec], policy: nothingAsked });
  const parsed = parseAllowlist(Buffer.from(text), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return sync(parsed.allowlist, world, () => {});
}

async function mirrored({ store }: World): Promise<string[]> {
  const found: string[] = [];
  for await (const { subdir, filename } of listPackages(store, 'conda')) found.push(`${subdir}/${filename}`);
  return found.sort();
}

async function expectSameBytes(files: readonly string[], channel: string, store: string): Promise<void> {
  for (const file of files) {
    const source = sha256Of(await readFile(join(corpus, 'channels', channel, file)));
    expect(sha256Of(await readFile(join(store, 'conda', file))), file).toBe(source);
  }
}

describe.each(channels)('%s', (channel, specs) => {
  it(`each of its ${specs.length} closed specs mirrors exactly, and installs from the mirror alone`, async () => {
    const upstream = await serveCorpus(channel);
    const file = pathToFileURL(join(corpus, 'channels', channel)).href;
    for (const closed of specs) {
      const expected = await install(upstream.url, closed);
      const platforms: Subdir[] = [subdirSchema.parse(closed.platform)];
      for (const url of [upstream.url, file]) {
        const store = join(folder.path, 'store');
        const world = { ...openWorld(store), solver };
        const report = await syncSpec(url, closed, world);
        expect(
          syncProblems(report).map(({ code }) => code),
          closed.spec,
        ).toEqual(leftOut(closed));
        expect(await mirrored(world), closed.spec).toEqual(expected);
        await expectSameBytes(expected, channel, store);
        expect(
          await verify(platforms, { ...world, policy: nothingAskedPolicy, log: () => {} }),
          closed.spec,
        ).toMatchObject({ problems: [] });
        const served = await serveStore({ store: world.store, port: 0 });
        expect(await install(`${served.url}/conda`, closed)).toEqual(expected);
        await served.close();
        await rm(store, { recursive: true });
      }
    }
    await upstream.close();
  });
});
