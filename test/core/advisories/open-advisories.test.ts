import { beforeEach, describe, expect, it } from 'vitest';
import { openAdvisories } from '../../../core/advisories/open-advisories.ts';
import { advisoriesKey } from '../../../core/layout/gate-keys.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { readOnlyStore } from '../../../core/store/read-only-store.ts';
import { type OsvRecord, osvExport, osvRecord, recentRecord } from '../../support/advisories/osv-export.ts';
import { testFiles } from '../../support/upstream/upstream-world.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const url = 'https://osv.example/PyPI/all.zip';
const day = 24 * 60 * 60 * 1000;
const start = Date.parse('2026-03-25T00:00:00Z');
const mal = osvRecord({ id: 'MAL-1', project: 'litellm', at: start - day, versions: ['1.82.7'] });

/** A server of one export, a store, and a clock that a test moves. */
function scene() {
  const files = new Map<string, Uint8Array | string | number>();
  const { fetch, requests } = testFiles(files);
  const store = memoryStore();
  const waits: number[] = [];
  const at = { now: start };
  const clock = { now: () => at.now, random: () => 0, sleep: async (ms: number) => void waits.push(ms) };
  const world = { store, fetch, clock, log: () => {} };
  const serves = (...records: OsvRecord[]) => files.set(url, osvExport(records));
  return { files, requests, waits, at, world, serves, open: (more = {}) => openAdvisories(url, { ...world, ...more }) };
}

let at: ReturnType<typeof scene>;
beforeEach(() => {
  at = scene();
});

const ids = async (opening: ReturnType<typeof openAdvisories>) => {
  const opened = await opening;
  if (opened.status !== 'known') return opened.status;
  return (opened.advisories.byProject.get(projectNameSchema.parse('litellm')) ?? []).map(({ id }) => id);
};

describe('the advisories', () => {
  it('are read once, and asked for again by their ETag', async () => {
    at.serves(mal, recentRecord(start));
    expect(await ids(at.open())).toEqual(['MAL-1']);
    at.at.now += 3600_000;
    const again = await at.open();
    expect(again).toMatchObject({ status: 'known', advisories: { asOf: start + 3600_000, records: 2 } });
    expect(await ids(at.open())).toEqual(['MAL-1']);
    expect(at.requests).toEqual([`200 ${url}`, `304 ${url}`, `304 ${url}`]);
  });

  it('count without a question for as long as the caller says, and not longer', async () => {
    at.serves(mal, recentRecord(start));
    await at.open();
    at.files.set(url, 500);
    at.at.now += 3600_000 - 1;
    expect(await ids(at.open({ goodFor: 3600_000 }))).toEqual(['MAL-1']);
    at.at.now += 1;
    expect(await ids(at.open({ goodFor: 3600_000 }))).toBe('unreachable');
    at.at.now = start - 1;
    expect(await ids(at.open({ goodFor: 3600_000 }))).toBe('unreachable');
  });

  it.each([
    ['400', 400, 1],
    ['404', 404, 1],
    ['403', 403, 1],
    ['500', 500, 6],
    ['a page', '<html>Sign in</html>', 1],
    ['nothing', '', 1],
    ['half of itself', osvExport([mal, recentRecord(start)]).subarray(0, 400), 1],
  ])('are unreachable where the answer is %s, whatever was kept', async (_, answer, tries) => {
    at.serves(mal, recentRecord(start));
    await at.open();
    at.files.set(url, answer);
    const opened = await at.open();
    expect(opened).toMatchObject({ status: 'unreachable', detail: expect.stringMatching(/./) });
    expect(at.requests).toHaveLength(1 + tries);
    // What was kept is there for the next answer.
    at.serves(mal, recentRecord(start));
    expect(await ids(at.open())).toEqual(['MAL-1']);
  });

  it('are unreachable where the server stalls, after six tries', async () => {
    let tries = 0;
    const fetch = async () => {
      tries += 1;
      throw new GatehouseError('upstream.stalled', 'too slow', { retry: true });
    };
    expect(await at.open({ fetch })).toEqual({ status: 'unreachable', detail: 'too slow' });
    expect(tries).toBe(6);
  });

  it("say of the store's own trouble what it is, and count for who may not keep them", async () => {
    at.serves(mal, recentRecord(start));
    const refusing = (code: 'store.broken' | 'store.denied') => {
      const put = () => Promise.reject(new GatehouseError(code, 'no'));
      return at.open({ store: { ...at.world.store, put } });
    };
    await expect(refusing('store.broken')).rejects.toMatchObject({ code: 'store.broken' });
    expect(await ids(refusing('store.denied'))).toEqual(['MAL-1']);
  });

  it('that nobody renews are stale: from 14 days on nothing passes by them', async () => {
    at.serves(mal, recentRecord(start));
    at.at.now = start - 60_000 + 14 * day;
    expect(await ids(at.open())).toEqual(['MAL-1']);
    at.at.now += 1;
    const opened = await at.open();
    expect(opened).toEqual({ status: 'unreachable', detail: `${url} has no record that is newer than 2026-03-24` });
    // Nor where they were read before, and count without a question.
    expect(await ids(at.open({ goodFor: 99 * day }))).toBe('unreachable');
  });

  it('of an old answer do not take the place of newer ones', async () => {
    at.serves(mal, recentRecord(start));
    await at.open();
    at.serves(recentRecord(start - day));
    expect(await ids(at.open())).toEqual(['MAL-1']);
    const later = osvRecord({ id: 'MAL-2', project: 'litellm', at: start + day, versions: ['1.82.9'] });
    at.at.now += 2 * day;
    at.serves(mal, later);
    expect(await ids(at.open())).toEqual(['MAL-1', 'MAL-2']);
  });

  it.each([
    ['damaged', '{"version":1'],
    ['of another shape', '{"version":2}'],
    ['of another URL', null],
  ])('are read anew where what was kept is %s', async (_, kept) => {
    at.serves(mal, recentRecord(start));
    const other = 'https://osv.example/other.zip';
    const { fetch } = testFiles(new Map([[other, osvExport([recentRecord(start + 30_000)])]]));
    if (kept === null) await openAdvisories(other, { ...at.world, fetch });
    else await at.world.store.put(advisoriesKey, Buffer.from(kept));
    expect(await ids(at.open())).toEqual(['MAL-1']);
    expect(at.requests).toEqual([`200 ${url}`]);
  });

  it('are kept nowhere by those who change nothing', async () => {
    at.serves(mal, recentRecord(start));
    expect(await ids(at.open({ store: readOnlyStore(at.world.store) }))).toEqual(['MAL-1']);
    expect(await at.world.store.read(advisoriesKey)).toBeNull();
  });
});
