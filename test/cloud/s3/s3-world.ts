import { Refusal } from '../answer.ts';
import type { CloudTime } from '../cloud-time.ts';

export interface CloudObject {
  readonly bytes: Buffer;
  /** In quotes. */
  readonly etag: string;
  /** Content-Type, Cache-Control and `x-amz-meta-*`, as they were given. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string; readonly crc32: string | undefined }>;
}

export interface CloudBucket {
  readonly objects: Map<string, CloudObject>;
  readonly uploads: Map<string, Upload>;
  /** Says of a removal `DeleteMarkerCreated`; old versions are not kept. */
  versioned: boolean;
  /** The keys in order of their UTF-8, until one is added or removed. */
  sorted: string[] | null;
}

/** What happened to an object, as S3's notifications name it. */
export interface ObjectEvent {
  readonly name:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectCreated:Copy'
    | 'ObjectRemoved:Delete'
    | 'ObjectRemoved:DeleteMarkerCreated';
  readonly bucket: string;
  readonly key: string;
  /** Null when it was removed. */
  readonly object: CloudObject | null;
  /** Rises with every event. */
  readonly sequencer: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface S3World {
  readonly buckets: Map<string, CloudBucket>;
  readonly time: CloudTime;
  readonly maxKeys: number;
  /** Called at the moment something takes effect: attach notifications here. */
  readonly listeners: Set<(event: ObjectEvent) => void>;
  events: number;
}

export const newS3World = (time: CloudTime, maxKeys: number): S3World => ({
  buckets: new Map(),
  time,
  maxKeys,
  listeners: new Set(),
  events: 0,
});

export const newCloudBucket = (): CloudBucket => ({
  objects: new Map(),
  uploads: new Map(),
  versioned: false,
  sorted: null,
});

export function bucketNamed(world: S3World, name: string): CloudBucket {
  const bucket = world.buckets.get(name);
  if (bucket === undefined) throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
  return bucket;
}

/** Puts an object in its place, or removes it, and tells everyone who listens. */
export function change(world: S3World, name: ObjectEvent['name'], at: Changing): void {
  const bucket = bucketNamed(world, at.bucket);
  if (at.object === null || !bucket.objects.has(at.key)) bucket.sorted = null;
  if (at.object === null) bucket.objects.delete(at.key);
  else bucket.objects.set(at.key, at.object);
  world.events += 1;
  const removal = bucket.versioned ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete';
  const sequencer = world.events.toString(16).toUpperCase().padStart(16, '0');
  const event = { ...at, name: at.object === null ? removal : name, sequencer, time: world.time.now() };
  for (const listen of world.listeners) listen(event);
}

type Changing = Pick<ObjectEvent, 'bucket' | 'key' | 'object'>;
