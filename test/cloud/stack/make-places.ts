import { type Notification, notifyQueue } from '../notify-queue.ts';
import { newCloudBucket } from '../s3/s3-world.ts';
import { openQueue } from '../sqs/sqs-world.ts';
import type { Cloud } from '../start-cloud.ts';
import type { Wiring } from './wiring.ts';

/** Opens the buckets and the queues, and sets up the notifications of the ones to the others. */
export function makePlaces(cloud: Cloud, wiring: Wiring, copies: Notification['copies']): void {
  for (const { name, attributes } of wiring.queues) openQueue(cloud.sqs, name, attributes);
  for (const bucket of wiring.buckets) {
    const versioned = bucket.VersioningConfiguration?.Status === 'Enabled';
    cloud.s3.buckets.set(bucket.name, { ...newCloudBucket(), versioned });
  }
  for (const one of notificationsOf(wiring)) notifyQueue(cloud, { ...one, ...(copies && { copies }) });
}

/**
 * The notifications of the template's buckets.
 *
 * @throws when a queue's policy does not let S3 send to it
 */
export function notificationsOf({ buckets, resourcePolicies }: Wiring): Notification[] {
  const letsS3Send = (queue: string) =>
    resourcePolicies.some(
      ({ Effect, Resource, Principal }) =>
        Effect === 'Allow' &&
        Resource.includes(queue) &&
        Object.values(Principal ?? {})
          .flat()
          .includes('s3.amazonaws.com'),
    );
  return buckets.flatMap(({ name, NotificationConfiguration }) =>
    NotificationConfiguration.QueueConfigurations.map(({ Event, Queue, Filter }) => {
      if (!letsS3Send(Queue)) throw new Error(`S3 may not send to ${Queue}`);
      return { bucket: name, events: [Event], queue: Queue, ...Filter };
    }),
  );
}
