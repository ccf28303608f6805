import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { indexKey } from '../../core/layout/keys.ts';
import type { Subdir } from '../../core/names/subdir.ts';
import type { Deployment } from './deployment.ts';

const records = z.record(z.string(), z.looseObject({ sha256: z.string(), size: z.number() }));
const repodataSchema = z.object({ packages: records, 'packages.conda': records });

/** What clients read of a subdir, by file name; empty when there is no index yet. */
export async function readRepodata({ store }: Deployment, subdir: Subdir): Promise<z.infer<typeof records>> {
  const object = await store.get(indexKey('conda', subdir, 'repodata.json'));
  if (object === null) return {};
  const text = Buffer.from(await object.read(0, object.size)).toString();
  const { packages, 'packages.conda': conda } = parseJson(text, repodataSchema, subdir);
  return { ...packages, ...conda };
}
