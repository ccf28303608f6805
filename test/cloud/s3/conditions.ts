import { Refusal } from '../answer.ts';
import type { CloudObject } from './s3-world.ts';

type Headers = Readonly<Record<string, string>>;

const unquoted = (tag: string): string => tag.replace(/^"(.*)"$/, '$1');
const matches = (list: string, object: CloudObject): boolean =>
  list === '*' || unquoted(list) === unquoted(object.etag);

const failed = (condition: string): Refusal =>
  new Refusal(412, 'PreconditionFailed', `At least one of the pre-conditions you specified did not hold: ${condition}`);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkWrite(headers: Headers, current: CloudObject | undefined): void {
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = headers;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw new Refusal(501, 'NotImplemented');
  if (ifNoneMatch === '*' && current !== undefined) throw failed('If-None-Match');
  if (ifMatch === undefined) return;
  if (current === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  if (!matches(ifMatch, current)) throw failed('If-Match');
}

export function checkRead(headers: Headers, object: CloudObject): void {
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = headers;
  if (ifMatch !== undefined && !matches(ifMatch, object)) throw failed('If-Match');
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, object)) throw new Refusal(304, 'NotModified');
}
