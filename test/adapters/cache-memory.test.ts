import { memoryCache } from '../../adapters/cache-memory.ts';
import { documentCacheContract } from '../contracts/document-cache.ts';

documentCacheContract('the cache in memory', async () => ({
  cache: memoryCache(),
  [Symbol.asyncDispose]: async () => {},
}));
