import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { md5Tag } from '../s3/object-requests.ts';
import { newCloudBucket } from '../s3/s3-world.ts';
import type { Cloud } from '../start-cloud.ts';

const assetSchema = z.object({
  source: z.object({ path: z.string(), packaging: z.enum(['zip', 'file']) }),
  destinations: z.record(z.string(), z.object({ bucketName: z.string(), objectKey: z.string() })),
});
const manifestSchema = z.object({ files: z.record(z.string(), assetSchema) });

/** A file or folder of the app's output, and where `cdk deploy` would upload it. */
export interface Asset {
  readonly path: string;
  readonly isFolder: boolean;
  readonly bucket: string;
  readonly key: string;
}

export function readAssets(out: string, stack: string): Asset[] {
  const { files } = parseJson(readFileSync(join(out, `${stack}.assets.json`), 'utf8'), manifestSchema, 'the assets');
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ bucketName, objectKey }) => ({
      path: join(out, source.path),
      isFolder: source.packaging === 'zip',
      bucket: bucketName.replaceAll(`\${AWS::AccountId}`, '000000000000').replaceAll(`\${AWS::Region}`, 'us-east-1'),
      key: objectKey,
    })),
  );
}

/** As `cdk deploy` does before it deploys; folders are taken from where they are. */
export function upload(cloud: Cloud, assets: readonly Asset[]): void {
  for (const { bucket, key, path, isFolder } of assets) {
    const place = cloud.s3.buckets.get(bucket) ?? newCloudBucket();
    cloud.s3.buckets.set(bucket, place);
    const bytes = isFolder ? Buffer.from('zip') : readFileSync(path);
    place.objects.set(key, { bytes, etag: md5Tag(bytes), headers: {}, modified: cloud.time.now() });
  }
}
