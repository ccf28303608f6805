import { onTestFinished } from 'vitest';
import type { OptionalIndexFile } from '../../core/layout/index-files.ts';
import { samplePackages } from '../../local/sample/sample-channel.ts';
import { serveStore } from '../../local/serve/serve-store.ts';
import type { ServedRequest } from '../../local/serve/served-request.ts';
import { type Lab, startLab } from '../support/cli/start-lab.ts';

export interface ServedChannel {
  readonly url: string;
  readonly lab: Lab;
  /** Requests since the last call, in order of their ends: `GET 200 /gatehouse/noarch/repodata.json`. */
  requests(): string[];
}

/** The sample's packages, mirrored by the pipeline and served by our server for as long as the test runs. */
export async function servedChannel(forms: readonly OptionalIndexFile[] = []): Promise<ServedChannel> {
  const lab = await startLab();
  onTestFinished(() => lab[Symbol.asyncDispose]());
  await lab.publish(samplePackages(['linux-64']));
  const { problems } = await lab.sync(
    lab.allowlist(['campus-notebook', 'campus-toolchain', 'campus-fonts', 'pip'], { forms }),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  let log: ServedRequest[] = [];
  const server = await serveStore({ store: lab.world.store, port: 0, log: (access) => void log.push(access) });
  onTestFinished(() => server.close());
  const requests = () => {
    const seen = log.map(({ method, status, path }) => `${method} ${status} ${path}`);
    log = [];
    return seen;
  };
  return { url: `${server.url}/gatehouse`, lab, requests };
}
