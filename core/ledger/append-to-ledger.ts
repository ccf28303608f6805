import type { Decided } from './ledger-entry.ts';
import { openLedger } from './open-ledger.ts';

export const appendToLedger = (decided: Decided, world: Parameters<typeof openLedger>[0]): Promise<void> =>
  openLedger(world).append(decided);
