import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { SimpleFile } from '../../../core/documents/simple/simple-plan.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import { parseWheelFileName } from '../../../core/names/wheel-file-name.ts';
import { fetchFile } from '../../../core/steps/fetch-file.ts';
import { nothingAskedPolicy, testGate } from '../../support/gate/test-gate.ts';
import { runPython } from '../../support/machine/run-python.ts';
import { corpus } from '../../support/packages/corpus.ts';
import { type FileChanges, filesForPip, simpleFile } from '../../support/python/fetch-simple.ts';
import { refusedSdists } from '../../support/python/refused-sdists.ts';
import { fetchScene } from '../../support/upstream/fetch-scene.ts';

const clients = process.env['GATEHOUSE_WHEELS'] ?? join(corpus, '../clients');
const filesIn = (folder: string) => readdirSync(folder).map((name) => join(folder, name));
const wheels = [join(corpus, 'wheels'), join(corpus, 'pypi-2026/wheels'), clients]
  .flatMap(filesIn)
  .filter((path) => path.endsWith('.whl'));
const sdists = filesIn(join(corpus, 'pypi-2026/sdists'));

/** What a plan would say of a file, as far as its name tells; null for one that no plan names. */
function plannedAs(name: string): FileChanges | null {
  const parsed = parseWheelFileName(name);
  if (parsed.ok) return { project: parsed.wheel.project, fileName: name, release: parsed.wheel.version.text };
  const project = parseProjectName(/^(.*?)-\d/.exec(name)?.[1] ?? '');
  const sdist = project && parseSdistFileName(name, project);
  if (!project || !sdist) return null;
  const stem = `${project.replaceAll('-', '_')}-${sdist.version.text}`;
  return { project, fileName: `${stem}-0gatehouse1-py3-none-any.whl`, release: sdist.version.text, sdist: name };
}

interface FetchedFile {
  readonly file: SimpleFile;
  readonly stored: ReadonlyMap<string, Buffer>;
  /** The code of the reader, where it was refused. */
  readonly refused: string | null;
}

async function fetched(path: string): Promise<FetchedFile | null> {
  const planned = plannedAs(basename(path));
  if (planned === null) return null;
  const file = simpleFile(readFileSync(path), { url: pathToFileURL(path).href, ...planned });
  const { store, world: scene } = fetchScene('');
  const world = { ...scene, gate: testGate(store, { policy: nothingAskedPolicy }) };
  const outcome = await fetchFile(file, world);
  if (outcome.status !== 'failed') return { file, stored: filesForPip(store), refused: null };
  expect(outcome.problem.code).toBe('package.refused');
  expect(filesForPip(store).size).toBe(0);
  return { file, stored: new Map(), refused: outcome.problem.detail.split(':', 1)[0] ?? '' };
}

const metadataByPython = `
import hashlib, json, sys, zipfile
for line in sys.stdin:
    path = json.loads(line)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.count('/') == 1 and name.endswith('.dist-info/METADATA')]
        print(json.dumps(hashlib.sha256(archive.read(names[0])).hexdigest()))
`;

it('each wheel, for whatever platform, is stored as it is with the METADATA that Python reads in it, or refused', async () => {
  const codes: Record<string, number> = {};
  const stored: { path: string; metadata: string }[] = [];
  for (const path of wheels) {
    const found = await fetched(path);
    if (found === null) continue;
    const { file, refused } = found;
    codes[refused ?? 'stored'] = (codes[refused ?? 'stored'] ?? 0) + 1;
    if (refused !== null) continue;
    const key = `simple/${file.project}/${basename(path)}`;
    expect(sha256Of(found.stored.get(key) ?? '')).toBe(file.sha256);
    stored.push({ path, metadata: sha256Of(found.stored.get(`${key}.metadata`) ?? '') });
  }
  const theirs = runPython(
    metadataByPython,
    stored.map(({ path }) => path),
  );
  expect(stored.map(({ metadata }) => JSON.stringify(metadata))).toEqual(theirs);
  const { stored: taken = 0, ...refused } = codes;
  expect(taken).toBeGreaterThan(250);
  expect(refused).toEqual({ 'wheel.record-hash': 4, 'wheel.record-unlisted': 3, 'wheel.version': 2 });
});

it('each source distribution gives a wheel, the same each time, or is refused', async () => {
  const codes: Record<string, string> = {};
  for (const path of sdists) {
    const found = await fetched(path);
    if (found === null) codes[basename(path)] = 'no sdist';
    else if (found.refused !== null) codes[basename(path)] = found.refused;
    else expect((await fetched(path))?.stored).toEqual(found.stored);
  }
  expect(codes).toEqual(refusedSdists);
});
