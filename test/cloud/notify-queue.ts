import { eventMessage, testEventMessage } from './s3/event-message.ts';
import type { ObjectEvent } from './s3/s3-world.ts';
import { sendMessage } from './sqs/messages.ts';
import { queueNamed } from './sqs/sqs-world.ts';
import type { Cloud } from './start-cloud.ts';

/** One entry of a bucket's notification configuration. */
export interface Notification {
  readonly bucket: string;
  /** Names or patterns of events, `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
  /** The queue's name, URL or ARN. */
  readonly queue: string;
  /** Seconds after which each copy of an event's message comes: none is an event that is lost. One, at once, usually. */
  readonly copies?: () => readonly number[];
}

/** Sends every event that fits to the queue from now on, one to a message as S3 does, after the test event. */
export function notifyQueue({ s3, sqs, time }: Cloud, notification: Notification): void {
  const { bucket, copies = () => [0] } = notification;
  const queue = queueNamed(sqs, notification.queue);
  sendMessage(sqs, queue, { body: testEventMessage(bucket, time.now()) });
  s3.listeners.add((event) => {
    if (!isAbout(notification, event)) return;
    for (const delaySeconds of copies()) sendMessage(sqs, queue, { body: eventMessage([event]), delaySeconds });
  });
}

/** Whether an event is one that the notification asks for. */
export function isAbout({ bucket, events, prefix = '', suffix = '' }: Notification, event: ObjectEvent): boolean {
  if (event.bucket !== bucket || !event.key.startsWith(prefix) || !event.key.endsWith(suffix)) return false;
  return events.some((pattern) => event.name.startsWith(pattern.replace(/^s3:/, '').replace(/\*$/, '')));
}
