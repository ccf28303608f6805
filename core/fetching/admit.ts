import type { Artifact } from '../documents/plan.ts';
import { GatehouseError } from '../error.ts';
import { canonicalJson } from '../json.ts';
import { provenanceKey } from '../layout.ts';
import { identityProblems } from '../package/check-identity.ts';
import { readPackageInfo } from '../package/read-package-info.ts';
import type { Provenance } from '../provenance.ts';
import { putOnce } from '../put-once.ts';
import type { DownloadWorld } from './download.ts';
import type { Received } from './receive.ts';

/**
 * Reads what a received package says about itself, holds it against its file name, its subdir and the upstream record,
 * and writes down what is known of it, before anybody can see it.
 *
 * @throws GatehouseError `package.refused` or `package.identity`
 */
export async function admit(artifact: Artifact, received: Received, world: DownloadWorld): Promise<void> {
  const { filename, subdir, record } = artifact;
  const { index, findings } = await readPackageInfo(await received.staged.source(), filename);
  const problems = identityProblems({ index, fileName: filename, subdir, upstream: record });
  if (problems.length > 0) {
    throw new GatehouseError('package.identity', problems.map(({ detail }) => detail).join('; '));
  }
  const provenance: Provenance = {
    version: 1,
    channel: world.channel,
    subdir,
    filename,
    ...received.digests,
    origin: { type: 'upstream', channel: artifact.channel, url: artifact.url },
    record,
    findings: [...findings, ...unverifiable(artifact)],
    firstSeen: world.clock.now(),
  };
  const key = provenanceKey(world.channel, subdir, filename, provenance.sha256);
  // An earlier try's or another worker's stands.
  await putOnce(world.store, key, Buffer.from(canonicalJson(provenance)));
}

function unverifiable({ sha256 }: Artifact): Provenance['findings'] {
  if (sha256 !== null) return [];
  return [{ code: 'fetch.unverifiable', detail: 'upstream gives no sha256; md5 and size were compared' }];
}
