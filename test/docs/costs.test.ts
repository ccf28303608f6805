import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { constructId } from '../../lib/resources/queues.ts';
import { large, requestsOf, small } from '../support/costs/assumptions.ts';
import { costsTables } from '../support/costs/costs-tables.ts';
import { countRequests } from '../support/costs/count-requests.ts';
import { afterFree, type Billed, listPrice, monthOf } from '../support/costs/month.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { synthesize } from '../support/stack/synthesize.ts';

const functionSchema = z.looseObject({
  MemorySize: z.number(),
  EphemeralStorage: z.looseObject({ Size: z.number() }),
});

/** What of the stack is billed. */
function billedOf(template: ReturnType<typeof synthesize>): Billed {
  const sizeOf = (name: string) => {
    const found = template.one('AWS::Lambda::Function', `Channel${constructId(name)}`);
    const { MemorySize: memory, EphemeralStorage } = functionSchema.parse(found.Properties);
    return { memory, scratch: EphemeralStorage.Size };
  };
  const names = ['scraper', 'downloader', 'indexer', 'prover', 'pruner', 'sweeper'];
  return {
    functions: Object.fromEntries(names.map((name) => [name, sizeOf(name)])),
    queues: template.of('AWS::Lambda::EventSourceMapping').length,
    alarms: template.of('AWS::CloudWatch::Alarm').length,
    dashboards: template.of('AWS::CloudWatch::Dashboard').length,
  };
}

const billed = billedOf(synthesize());

describe('docs/costs.md', () => {
  it('has the tables as they are computed', async () => {
    const path = new URL('../../docs/costs.md', import.meta.url);
    let page = await readFile(path, 'utf8');
    const tables = costsTables(billed);
    expect([...page.matchAll(/<!-- table: (\w+) -->/g)].map(([, name]) => name).sort()).toEqual(
      Object.keys(tables).sort(),
    );
    for (const [name, table] of Object.entries(tables))
      page = page.replace(
        new RegExp(`(<!-- table: ${name} -->\n)\n?(?:\\|.*\n)*\n?`),
        (_, mark: string) => `${mark}\n${table}\n`,
      );
    await expect(`${page.trimEnd()}\n`).toMatchFileSnapshot(path.pathname);
  });

  it('adds up: free allowances only lower a line, more clients only raise it, and each line is finite', () => {
    for (const size of [small, large])
      for (const line of monthOf(size, billed)) {
        expect(listPrice(line), line.item).toBeGreaterThanOrEqual(afterFree(line));
        expect(afterFree(line), line.item).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(line.quantity), line.item).toBe(true);
      }
    const crowded = monthOf({ ...small, clients: small.clients + 1 }, billed);
    monthOf(small, billed).forEach((line, at) => {
      expect(crowded[at]?.quantity, line.item).toBeGreaterThanOrEqual(line.quantity);
    });
  });

  it('computes a line as by hand: 50 clients who download 400 packages of 5 MB are 100 GB, at 0.085 USD', () => {
    const egress = monthOf(small, billed).find(({ item }) => item === 'CloudFront: bytes to clients');
    expect(egress?.quantity).toBeCloseTo(100 + (50 * 20 * 300 * 67) / 1e9, 6);
    expect(egress && listPrice(egress)).toBeCloseTo(8.5, 1);
    expect(egress && afterFree(egress)).toBe(0);
  });
});

const parts = ['first', 'sync', 'reconcile', 'sweep', 'prune', 'watch'] as const;
const kinds = ['writes', 'reads', 'messages', 'invocations'] as const;
const asked = parts.flatMap((part) => kinds.map((kind) => [part, kind] as const));

describe('the requests that docs/costs.md assumes', () => {
  it.each([20, 60])(
    'are no fewer than a stack asks for, and not more than twice as many: %i packages',
    async (packages) => {
      await using solver = rattlerSolver();
      await using folder = await temporaryFolder();
      const counted = await countRequests(folder.path, packages, solver);
      const off = asked.filter(([part, kind]) => {
        const [found, bound] = [counted[part][kind], requestsOf(part, kind, packages)];
        return found > bound || 2 * found + 2 < bound;
      });
      const told = off.map(([part, kind]) => `${part}, ${kind}: ${counted[part][kind]}`);
      expect(told).toEqual([]);
    },
  );
});
