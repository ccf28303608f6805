import { access } from '../../lib/permissions.ts';
import type { StoreOperation } from '../twins/store-memory.ts';

const rights = { get: 'read', read: 'read', put: 'write', publish: 'write', list: 'list', delete: 'delete' } as const;

/** What the function's role lets it do; what is staged is in its own memory. */
export function mayDo(by: keyof typeof access, operation: StoreOperation, key: string): boolean {
  if (operation === 'stage' || operation === 'write') return true;
  const patterns = access[by][rights[operation]] ?? [];
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`).test(key),
  );
}
