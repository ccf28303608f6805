import { storeContract } from '../contracts/store-contract.ts';
import { memoryStore } from './store-memory.ts';

const close = async () => {};
storeContract('the store in memory', async () => ({ store: memoryStore(), close }));
storeContract('the store in memory, two objects a page', async () => ({ store: memoryStore({ pageSize: 2 }), close }));
