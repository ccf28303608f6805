import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Made } from '../../../core/documents/plan.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import { parseWheelFileName } from '../../../core/names/wheel-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { nothingAskedPolicy, testGate } from '../../support/gate/test-gate.ts';
import { corpus } from '../../support/packages/corpus.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { madeArtifact } from '../../support/python/made-artifact.ts';
import { refusedSdists } from '../../support/python/refused-sdists.ts';
import { fetchScene, provenancesIn } from '../../support/upstream/fetch-scene.ts';

const filesIn = (folder: string) => readdirSync(join(corpus, folder)).map((name) => join(corpus, folder, name));
const wheels = [...filesIn('wheels'), ...filesIn('pypi-2026/wheels')].filter((path) => path.endsWith('.whl'));
const sdists = filesIn('pypi-2026/sdists');

/** Fetches the package made of a file; null for one that no plan names, since its name is none. */
async function fetchMade(path: string) {
  const named = nameOf(basename(path));
  if (named === null) return null;
  const bytes = readFileSync(path);
  const scene = fetchScene('');
  const world = { ...scene.world, gate: testGate(scene.store, { policy: nothingAskedPolicy }) };
  const artifact = madeArtifact(bytes, { url: pathToFileURL(path).href, fileName: basename(path), ...named });
  const outcome = await fetchArtifact(artifact, world);
  if (outcome.status === 'failed') {
    const [reason = ''] = outcome.problem.detail.split(':', 1);
    return { outcome: reason, code: outcome.problem.code };
  }
  const stored = scene.store.objects.get(packageKey('conda', artifact.subdir, artifact.filename))?.bytes;
  await inspectPackage(bytesSource(stored ?? new Uint8Array()), artifact.filename);
  const [provenance] = provenancesIn(scene.store);
  expect(provenance?.origin).toMatchObject({ type: 'made', sha256: sha256Of(bytes) });
  return { outcome: outcome.status, code: null };
}

/** Sdists here have no dash in their names that could be a version's. */
function nameOf(fileName: string): Pick<Made, 'from' | 'name' | 'version'> | null {
  const parsed = parseWheelFileName(fileName);
  if (parsed.ok) return { from: 'wheel', name: parsed.wheel.project, version: parsed.wheel.version.text };
  const project = parseProjectName(/^(.*?)-\d/.exec(fileName)?.[1] ?? '');
  const sdist = project && parseSdistFileName(fileName, project);
  return project && sdist && { from: 'sdist', name: project, version: sdist.version.text };
}

it('each wheel is stored as a sound package, or refused by a code', async () => {
  const counts: Record<string, number> = {};
  for (const path of wheels) {
    const fetched = await fetchMade(path);
    if (fetched === null) continue;
    expect([null, 'package.refused']).toContain(fetched.code);
    counts[fetched.outcome] = (counts[fetched.outcome] ?? 0) + 1;
  }
  expect(counts).toEqual({
    stored: 123,
    'wheel.platform': 22,
    'wheel.purelib': 4,
    'wheel.python': 7,
    'wheel.record-hash': 4,
    'wheel.record-unlisted': 3,
    'wheel.version': 2,
  });
});

it('each source distribution is stored, or refused for what only running it would tell', async () => {
  const refused: Record<string, string> = {};
  for (const path of sdists) {
    const { outcome = 'no sdist' } = (await fetchMade(path)) ?? {};
    if (outcome !== 'stored') refused[basename(path)] = outcome;
  }
  expect(refused).toEqual(refusedSdists);
  expect(sdists).toHaveLength(23);
});
