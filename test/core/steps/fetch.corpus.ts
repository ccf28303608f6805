import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Artifact, artifactId, artifactSchema } from '../../../core/documents/plan.ts';
import { parseJson } from '../../../core/json/json.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { nothingAskedPolicy, testGate } from '../../support/gate/test-gate.ts';
import { corpus, corpusPackages } from '../../support/packages/corpus.ts';
import { fetchScene, provenancesIn } from '../../support/upstream/fetch-scene.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const recordsSchema = z.record(z.string(), z.looseObject({})).default({});
const repodataSchema = z.looseObject({ packages: recordsSchema, 'packages.conda': recordsSchema });

/** What a plan would hold for every record of a channel whose file is there. */
function artifactsOf(channel: string): Artifact[] {
  const subdirs = new Set(corpusPackages.filter((file) => file.channel === channel).map(({ subdir }) => subdir));
  return [...subdirs].flatMap((subdir) => {
    const folder = join(corpus, 'channels', channel, subdir);
    const text = readFileSync(join(folder, 'repodata.json'), 'utf8');
    const repodata = parseJson(text, repodataSchema, `${channel}/${subdir}`);
    return Object.entries({ ...repodata.packages, ...repodata['packages.conda'] })
      .filter(([filename]) => existsSync(join(folder, filename)))
      .map(([filename, record]) =>
        artifactSchema.parse({
          subdir,
          filename,
          channel: pathToFileURL(join(corpus, 'channels', channel)).href,
          url: pathToFileURL(join(folder, filename)).href,
          size: record['size'] ?? null,
          sha256: record['sha256'] ?? null,
          md5: record['md5'] ?? null,
          record,
          why: ['corpus'],
        }),
      );
  });
}

async function fetchAll(channel: string) {
  const store = memoryStore();
  const world = { ...fetchScene('').world, store, gate: testGate(store, { policy: nothingAskedPolicy }) };
  const artifacts = artifactsOf(channel);
  const failed: Record<string, string> = {};
  for (const artifact of artifacts) {
    const outcome = await fetchArtifact(artifact, world);
    if (outcome.status === 'failed') failed[artifactId(artifact)] = outcome.problem.code;
  }
  return { artifacts, failed, provenances: provenancesIn(store) };
}

describe('real channels', () => {
  it.each(['conda-forge', 'JanCaha', 'dual-format', 'conda-build-local'])('are fetched whole: %s', async (channel) => {
    const { artifacts, failed, provenances } = await fetchAll(channel);
    expect(failed).toEqual({});
    expect(artifacts.length).toBeGreaterThan(3);
    expect(provenances).toHaveLength(artifacts.length);
  });

  it('are refused where their records lie: conda-test-recipes', async () => {
    const { failed } = await fetchAll('conda-test-recipes');
    expect(failed).toEqual({
      'linux-fake/arch-package-1.0-0.tar.bz2': 'fetch.size',
      'osx-fake/arch-package-1.0-0.tar.bz2': 'fetch.size',
      'win-fake/arch-package-1.0-0.tar.bz2': 'fetch.size',
    });
  });

  it('without sha256 are known by md5 and size: legacy-2016', async () => {
    const { artifacts, failed, provenances } = await fetchAll('legacy-2016');
    expect(failed).toEqual({});
    expect(artifacts.length).toBeGreaterThan(3);
    expect(provenances).toHaveLength(artifacts.length);
    for (const { findings } of provenances) expect(findings.map(({ code }) => code)).toContain('fetch.unverifiable');
  });
});
