import { type Notification, notifyQueue } from '../notify-queue.ts';
import { newCloudBucket } from '../s3/s3-world.ts';
import { openQueue } from '../sqs/sqs-world.ts';
import type { Cloud } from '../start-cloud.ts';
import type { Wiring } from './wiring.ts';

/** Buckets and queues, and what the ones tell the others, which S3 makes sure it may. */
export function makePlaces(
  cloud: Cloud,
  { buckets, queues, resourcePolicies }: Wiring,
  copies: Notification['copies'],
): void {
  for (const { name, attributes } of queues) openQueue(cloud.sqs, name, attributes);
  for (const { name, VersioningConfiguration, NotificationConfiguration } of buckets) {
    cloud.s3.buckets.set(name, { ...newCloudBucket(), versioned: VersioningConfiguration?.Status === 'Enabled' });
    for (const { Event, Queue, Filter } of NotificationConfiguration.QueueConfigurations) {
      const lets = resourcePolicies.some(
        ({ Effect, Resource, Principal }) =>
          Effect === 'Allow' &&
          Resource.includes(Queue) &&
          Object.values(Principal ?? {})
            .flat()
            .includes('s3.amazonaws.com'),
      );
      if (!lets) throw new Error(`S3 may not send to ${Queue}`);
      notifyQueue(cloud, { bucket: name, events: [Event], queue: Queue, ...Filter, ...(copies && { copies }) });
    }
  }
}
