import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, large, serveOne } from '../../support/served/serve-one.ts';

describe('conditions and ranges', () => {
  const bytes = Buffer.from('0123456789');
  const ask = async (headers: Record<string, string>, method = 'GET') => {
    const { url } = await serveOne(bytes);
    const etag = (await fetch(`${url}/${at}`, { method: 'HEAD' })).headers.get('etag') ?? '';
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('TAG', etag)]));
    const response = await fetch(`${url}/${at}`, { method, headers: sent });
    return `${response.status} ${response.headers.get('content-range')} ${await response.text()}`.trim();
  };

  test.each([
    ['the tag', { 'if-none-match': 'TAG' }, '304 null'],
    ['the tag among others', { 'if-none-match': '"x", TAG' }, '304 null'],
    ['the tag weakly', { 'if-none-match': 'W/TAG' }, '304 null'],
    ['any tag', { 'if-none-match': '*' }, '304 null'],
    ['another tag', { 'if-none-match': '"x"' }, '200 null 0123456789'],
    ['a tag without quotes', { 'if-none-match': 'v1' }, '200 null 0123456789'],
    ['a date', { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }, '200 null 0123456789'],
    ['the tag and a range', { 'if-none-match': 'TAG', range: 'bytes=2-3' }, '304 null'],
    ['If-Match with the tag', { 'if-match': 'TAG' }, '200 null 0123456789'],
    ['If-Match with another', { 'if-match': '"x"' }, '412 null precondition failed'],
    ['If-Match with the tag weakly', { 'if-match': 'W/TAG' }, '412 null precondition failed'],
    ['a range', { range: 'bytes=2-3' }, '206 bytes 2-3/10 23'],
    ['a suffix', { range: 'bytes=-3' }, '206 bytes 7-9/10 789'],
    ['a range beyond', { range: 'bytes=10-' }, '416 bytes */10 range not satisfiable'],
    ['two ranges', { range: 'bytes=0-1,3-4' }, '200 null 0123456789'],
    ['a range in another unit', { range: 'lines=0-1' }, '200 null 0123456789'],
    ['If-Range with the tag', { range: 'bytes=2-', 'if-range': 'TAG' }, '206 bytes 2-9/10 23456789'],
    ['If-Range with another', { range: 'bytes=2-', 'if-range': '"x"' }, '200 null 0123456789'],
    ['If-Range with the tag weakly', { range: 'bytes=2-', 'if-range': 'W/TAG' }, '200 null 0123456789'],
    ['If-Range with a date', { range: 'bytes=2-', 'if-range': 'Fri, 01 Jan 2100 00:00:00 GMT' }, '200 null 0123456789'],
    ['If-Range with another, beyond', { range: 'bytes=99-', 'if-range': '"x"' }, '200 null 0123456789'],
  ])('%s: %o -> %s', async (_title, headers, expected) => {
    expect(await ask(headers)).toBe(expected);
  });

  test('HEAD has conditions but no ranges', async () => {
    expect(await ask({ 'if-none-match': 'TAG' }, 'HEAD')).toBe('304 null');
    expect(await ask({ range: 'bytes=2-3' }, 'HEAD')).toBe('200 null');
  });

  test('parts put together are the whole, wherever it is cut', async () => {
    const { url } = await serveOne(large);
    const part = async (range: string) =>
      Buffer.from(await (await fetch(`${url}/${at}`, { headers: { range } })).arrayBuffer());
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: large.length - 1 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.toSorted((a, b) => a - b), large.length];
        const parts = await Promise.all(ends.map((end, i) => part(`bytes=${ends[i - 1] ?? 0}-${end - 1}`)));
        expect(Buffer.concat(parts).equals(large)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('an empty object is served whole', async () => {
    const { url } = await serveOne(Buffer.alloc(0));
    const response = await fetch(`${url}/${at}`, { headers: { range: 'bytes=-1' } });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', '']);
  });
});
