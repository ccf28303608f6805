import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { serveFolder } from '../../local/sample/serve-folder.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { awsClients } from './aws-clients.ts';
import { copyInChecks } from './checks/copy-in-checks.ts';
import { corpusChecks } from './checks/corpus-checks.ts';
import { gateChecks } from './checks/gate-checks.ts';
import { keptBucketChecks } from './checks/kept-bucket-checks.ts';
import { mirrorChecks } from './checks/mirror-checks.ts';
import { pipChecks } from './checks/pip-checks.ts';
import { poisonChecks } from './checks/poison-checks.ts';
import { publishChecks } from './checks/publish-checks.ts';
import { raceChecks } from './checks/race-checks.ts';
import type { Scene } from './checks/scene.ts';
import { steerChecks } from './checks/steer-checks.ts';
import { advise, buildCourseChannel, buildCourseIndex, courseAllowlist } from './course-upstream.ts';
import { startDeployment } from './deployment.ts';

const minutes = 60_000;
const clients = awsClients();
const ending = new AsyncDisposableStack();
let scene: Scene;

beforeAll(async () => {
  ending.defer(clients.destroy);
  const folder = ending.use(await temporaryFolder());
  const upstreamFolder = join(folder.path, 'upstream');
  await buildCourseChannel(upstreamFolder);
  await buildCourseIndex(upstreamFolder);
  await advise(upstreamFolder, []);
  const upstream = await serveFolder(upstreamFolder, {
    intercept: (request, response, next) =>
      scene?.isDown(request.url ?? '') ? void response.writeHead(404).end() : next(),
  });
  ending.defer(() => upstream.close());
  const allowlist = join(folder.path, 'allowlist.json');
  await writeFile(allowlist, courseAllowlist(upstream.url));
  const deployment = ending.use(await startDeployment(clients, allowlist));
  scene = { folder: folder.path, upstreamFolder, upstream, allowlist, deployment, isDown: () => false };
}, 15 * minutes);

afterAll(() => ending.disposeAsync(), 15 * minutes);

// In this order, for one deployment costs a minute: each begins where the one before ended.
mirrorChecks(() => scene);
steerChecks(() => scene);
pipChecks(() => scene);
publishChecks(() => scene);
copyInChecks(() => scene);
gateChecks(() => scene);
poisonChecks(() => scene);
raceChecks(() => scene);
corpusChecks(() => scene);
keptBucketChecks(() => scene);
