import { expect, test } from 'vitest';
import type { Store } from '../../../core/ports/store.ts';
import { answer } from '../../../local/serve/answer.ts';
import { type RouteRow, routeTable } from '../../support/served/route-table.ts';
import { memoryStore } from '../../twins/store-memory.ts';

/** Where a request leads by the answer alone: a store that has everything tells which key was asked for. */
async function leadsTo({ uri: target, method = 'GET', accept }: RouteRow): Promise<RouteRow['to'] | number> {
  const asked: string[] = [];
  const get: Store['get'] = async (key) => {
    asked.push(key);
    return { key, etag: 'x', size: 0, modified: 0, metadata: {}, read: async () => Buffer.alloc(0) };
  };
  const { status, headers } = await answer({ ...memoryStore(), get }, { method, target, headers: { accept } });
  if (status === 301) return `301 ${headers['Location']}`;
  return status === 200 ? asked.join() : status;
}

/** Over HTTP a target is never empty: one without a path, as a proxy sends it, is the root. */
const sent = routeTable.filter(({ uri }) => uri !== '');

test.each(sent)('$method $uri ($accept) -> $to', async (row) => {
  expect(await leadsTo(row)).toBe(row.to);
});
