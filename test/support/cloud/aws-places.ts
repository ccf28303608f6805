import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';

interface Place extends AsyncDisposable {
  readonly name: string;
}

/** A bucket of its own, empty; it goes with all that is in it when it is disposed of. */
export async function openBucket(client: S3Client): Promise<Place> {
  const Bucket = `gatehouse-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    name: Bucket,
    [Symbol.asyncDispose]: async () => {
      for (;;) {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
        if (Contents.length === 0) break;
        await Promise.all(Contents.map(({ Key }) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
      }
      await client.send(new DeleteBucketCommand({ Bucket }));
    },
  };
}

/** A queue of its own, empty, by its URL; it goes when it is disposed of. */
export async function openQueue(client: SQSClient, Attributes: Record<string, string> = {}): Promise<Place> {
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({ QueueName: `gatehouse-${randomUUID()}`, Attributes }),
  );
  if (QueueUrl === undefined) throw new Error('no queue');
  return {
    name: QueueUrl,
    [Symbol.asyncDispose]: async () => {
      await client.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
