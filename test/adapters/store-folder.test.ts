import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { storeContract } from '../contracts/store-contract.ts';

async function open() {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-store-'));
  return { store: folderStore(root), close: () => rm(root, { recursive: true }) };
}

storeContract('the store in a folder', open);
