import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';

/** The bucket with all that it holds or ever held, if it is there. */
export async function removeBucket(client: S3Client, Bucket: string): Promise<void> {
  await emptyBucket(client, Bucket);
  if (await hasBucket(client, Bucket)) await client.send(new DeleteBucketCommand({ Bucket }));
}

/** Every version of every object: a versioned bucket is not empty before. */
export async function emptyBucket(client: S3Client, Bucket: string): Promise<void> {
  if (!(await hasBucket(client, Bucket))) return;
  for (let versions = await objectVersions(client, Bucket); versions.length > 0; ) {
    for (let at = 0; at < versions.length; at += 50) {
      const some = versions.slice(at, at + 50);
      await Promise.all(
        some.map(({ Key, VersionId }) => client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))),
      );
    }
    // What an invocation on its way out still wrote.
    versions = await objectVersions(client, Bucket);
  }
}

/** Every version of every object, and what marks objects as deleted. */
export async function objectVersions(client: S3Client, Bucket: string): Promise<ObjectVersion[]> {
  const all: ObjectVersion[] = [];
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | null = {};
  while (next !== null) {
    const page: ListObjectVersionsCommandOutput = await client.send(new ListObjectVersionsCommand({ Bucket, ...next }));
    all.push(...(page.Versions ?? []), ...(page.DeleteMarkers ?? []));
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    next = page.IsTruncated === true ? { KeyMarker, VersionIdMarker } : null;
  }
  return all;
}

async function hasBucket(client: S3Client, name: string): Promise<boolean> {
  return (await bucketNames(client)).includes(name);
}

export async function bucketNames(client: S3Client): Promise<string[]> {
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  return Buckets.flatMap(({ Name }) => Name ?? []);
}
