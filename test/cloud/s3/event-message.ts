import type { ObjectEvent } from './s3-world.ts';

/** The message S3 puts on a queue: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function eventMessage(events: readonly ObjectEvent[], configurationId = 'cloud'): string {
  const Records = events.map(({ name, bucket, key, object, sequencer, time }) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: new Date(time).toISOString(),
    eventName: name,
    userIdentity: { principalId: 'cloud' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': 'cloud', 'x-amz-id-2': 'cloud' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: 'cloud' }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: formEncoded(key),
        ...(object !== null && { size: object.bytes.length, eTag: object.etag.replaceAll('"', '') }),
        sequencer,
      },
    },
  }));
  return JSON.stringify({ Records });
}

/** What every queue gets once when a bucket's notifications are set up. */
export const testEventMessage = (bucket: string, time: number): string =>
  JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(time).toISOString(),
    Bucket: bucket,
    RequestId: 'cloud',
    HostId: 'cloud',
  });

/** A key as notifications spell it: as a form would, with `+` for a space, slashes kept. */
export function formEncoded(key: string): string {
  const escaped = encodeURIComponent(key).replace(
    /[!'()~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return escaped.replaceAll('%20', '+').replaceAll('%2F', '/');
}
