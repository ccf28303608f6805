import { describe, expect, it } from 'vitest';
import type { Event } from '../../../core/ports/log.ts';
import { hasStaged, stagedLog, stagedTelling } from '../../../core/store/staged-telling.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { bytes, key } from '../../support/store/objects.ts';
import { memoryStore } from '../../twins/store-memory.ts';

describe('what is told of staging', () => {
  it.each([
    ['move it to simple/demo/', 'move it to staging/simple/demo/'],
    [
      'its metadata, simple/demo/a-1.whl.metadata, is not there',
      'its metadata, staging/simple/demo/a-1.whl.metadata, is not there',
    ],
    ['(conda/noarch/a-1-0.conda): no', '(staging/conda/noarch/a-1-0.conda): no'],
    ['_gatehouse/control/conda/noarch.json is not JSON', '_gatehouse/staging/control/conda/noarch.json is not JSON'],
    ['put _gatehouse/names/simple/a/a-1.whl.json back', 'put _gatehouse/names/simple/a/a-1.whl.json back'],
    ['read /srv/x/_gatehouse/staging/state/simple.json', 'read /srv/x/_gatehouse/staging/state/simple.json'],
    ['_gatehouse/staging/state/simple.json changed', '_gatehouse/staging/state/simple.json changed'],
    ['staging/conda/noarch/x is there', 'staging/conda/noarch/x is there'],
    ['run gatehouse index; conda and simple names stay', 'run gatehouse index; conda and simple names stay'],
    ['https://x.test/simple/demo/ has it', 'https://x.test/simple/demo/ has it'],
  ])('names places as they lie in the whole store: %s', (said, told) => {
    expect(stagedTelling({ detail: said, hint: said })).toEqual({ detail: told, hint: told });
    expect(stagedTelling({ detail: said })).toEqual({ detail: told });
  });

  it('is marked in events, or has its key of the whole store', () => {
    const seen: Event[] = [];
    const log = stagedLog((event) => seen.push(event));
    log({ type: 'index.written', subdir: 'noarch', packages: 1, changed: true });
    log({ type: 'verify.object', key: 'simple/demo/a', size: 1, sound: true });
    log({ type: 'plan.fallback', reason: 'x' });
    expect(seen).toEqual([
      { type: 'index.written', subdir: 'noarch', packages: 1, changed: true, staged: true },
      { type: 'verify.object', key: 'staging/simple/demo/a', size: 1, sound: true },
      { type: 'plan.fallback', reason: 'x' },
    ]);
  });

  it('begins with the first thing that is staged, public or not; a name that was used is no such thing', async () => {
    for (const [path, is] of [
      ['simple/a/a-1.tar.gz', true],
      ['_gatehouse/state/simple/a.json', true],
      ['_gatehouse/names/simple/a/a-1.tar.gz.json', false],
    ] as const) {
      const store = memoryStore();
      expect(await hasStaged(store)).toBe(false);
      await stagingStore(store).put(key(path), bytes('x'));
      expect(await hasStaged(store)).toBe(is);
    }
  });
});
