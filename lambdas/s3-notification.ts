import { z } from 'zod';
import { type ObjectKey, objectKeySchema } from '../core/layout.ts';

const notificationSchema = z.object({
  Records: z.array(z.object({ eventName: z.string(), s3: z.object({ object: z.object({ key: z.string() }) }) })),
});

/** What S3 sends once to each queue when it is told of it: nothing happened. */
const testEventSchema = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') });

/**
 * A message of S3 about objects that were created or removed, as the keys it may mean. S3 encodes keys like a form
 * (`+` is a space, `%2B` a plus); who does not encode them means what it says: so both readings are here.
 */
export const s3KeysSchema = z.union([
  testEventSchema.transform((): ObjectKey[] => []),
  notificationSchema.transform(({ Records }) => Records.flatMap(({ s3 }) => readings(s3.object.key))),
]);

function readings(key: string): ObjectKey[] {
  return [...new Set([decoded(key), key])].flatMap((text) => objectKeySchema.safeParse(text).data ?? []);
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
