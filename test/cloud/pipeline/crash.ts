import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { buildSampleIndex } from '../../../local/sample/sample-index.ts';
import { type FolderServer, serveFolder } from '../../../local/sample/serve-folder.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { seededRandom } from '../../support/random.ts';
import type { CloudRequest } from '../fault.ts';
import { appOutput, deadLetters, noDeadLetters, openScene, type Scene } from './scene.ts';

/** `GATEHOUSE_CRASHES=10` (npm run soak:cloud) for a long look. */
const plays = Number(process.env['GATEHOUSE_CRASHES'] ?? 2);
/** Functions that are killed in one play. */
const kills = 10;
const minutes = { timeout: 300_000 };
const clockStandsAt = Date.UTC(2026, 0, 1);

const packages = [
  small('app 1.0', ['lib', 'pure']),
  small('lib 1.0', ['base'], { format: '.tar.bz2' }),
  small('lib 1.2+x', ['base']),
  small('base 1.0'),
  small('pure 1.0', [], { subdir: 'noarch', noarch: 'generic' }),
  small('old 1.0'),
  ...['linux-64', 'osx-64'].map((subdir) => small('python 3.12.4', [], { subdir })),
  small('campus-text 1.0', ['python'], { subdir: 'noarch', noarch: 'python' }),
];
const patches = { 'app-1.0-0.conda': { depends: ['lib >=1.1', 'pure'] } };

describe('functions that are killed at any request', { shuffle: false }, () => {
  let folder: TemporaryFolder;
  let upstream: FolderServer;
  let out: string;
  let requests = 0;
  let undisturbed: Record<string, string>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await buildChannel(join(folder.path, 'upstream'), packages, { patches, forms: ['json'] });
    await buildSampleIndex(join(folder.path, 'upstream'));
    upstream = await serveFolder(join(folder.path, 'upstream'));
    const document = {
      channels: [upstream.url],
      indexes: [`${upstream.url}/simple`],
      condaNames: { 'campus-text': 'campus-text' },
      platforms: ['linux-64', 'osx-64'],
      python: ['3.12'],
      packages: ['app', 'old', { pypi: 'campus-quiz' }, { pypi: 'campus-graphs', sdist: 'unpack' }],
    };
    out = await appOutput(folder, JSON.stringify(document));
  });
  afterAll(async () => {
    await upstream.close();
    await folder[Symbol.asyncDispose]();
  });

  /** All but what tells of the way there, as the order of the ledger does, and where the cloud listens. */
  const endOf = (scene: Scene) =>
    Object.fromEntries(
      Object.entries(scene.contents('')).filter(
        ([key]) => !/^_gatehouse\/(?:(?:runs|plans|state|ledger|proven)\/|ledger-head\.json|deployed\.json)/.test(key),
      ),
    );

  const isCounted = ({ caller }: CloudRequest) => /^Channel(?!DeployFiles)/.test(caller);

  it('first undisturbed', minutes, async () => {
    await using scene = await openScene(out, { clockStandsAt });
    await scene.stack.rest();
    undisturbed = endOf(scene);
    expect(Object.keys(undisturbed)).toContain('conda/linux-64/lib-1.2+x-0.conda');
    expect(undisturbed['simple/campus-quiz/index.json']).toContain('campus_quiz-2.1-py3-none-any.whl');
    expect(undisturbed['simple/campus-text/index.json']).toContain('campus_text-1.0-py3-none-any.whl');
    expect(undisturbed['simple/campus-graphs/index.json']).toContain('campus_graphs-1.10-0gatehouse1-py3-none-any.whl');
    requests = scene.stack.cloud.requests.filter(isCounted).length;
    expect(requests).toBeGreaterThan(100);
  });

  it.each(Array.from({ length: plays }, (_, i) => i + 1))('the end is the same (seed %i)', minutes, async (seed) => {
    const random = seededRandom(seed);
    const at = new Set(Array.from({ length: kills }, () => Math.floor(random() * requests * 0.8)));
    await using scene = await openScene(out, { clockStandsAt });
    const { stack } = scene;
    let count = 0;
    let killed = 0;
    stack.cloud.fault = (request) => {
      if (!isCounted(request) || !at.has(count++)) return undefined;
      if (stack.kill(request.caller)) killed += 1;
      // Carried out or not, nobody is told.
      return { cutAfter: -1, ...(random() < 0.5 && { refuse: { status: 500, code: 'InternalError' } }) };
    };
    await stack.rest();
    // A run with other batches may ask a little less.
    expect(killed).toBeGreaterThan(kills / 2);
    expect(deadLetters(scene)).toEqual(noDeadLetters);
    expect(endOf(scene)).toEqual(undisturbed);
    stack.cloud.fault = () => undefined;
    expect(await scene.damage(['linux-64', 'osx-64'])).toEqual([]);
  });
});
