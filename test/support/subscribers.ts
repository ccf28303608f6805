import { allowlistKey } from '../../core/layout.ts';
import type { CloudFunction } from './cloud-queues.ts';

/** The stack's notifications (issue: by prefix and suffix). */
export function subscribers(key: string, created: boolean): CloudFunction[] {
  if (/^conda\/.*(\.conda|\.tar\.bz2)$/.test(key)) return ['indexer'];
  if (!created) return [];
  if (key.startsWith('_gatehouse/control/conda/')) return ['indexer'];
  if (key === allowlistKey || key.startsWith('_gatehouse/patches/')) return ['scraper'];
  if (/^conda\/.*\/repodata\.json$/.test(key)) return ['prover'];
  return [];
}
