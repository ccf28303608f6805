import { expect, it } from 'vitest';
import { systemClock } from '../../../adapters/system-clock.ts';
import { addToken } from '../../../core/documents/tokens.ts';
import { tokensKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { uploadLines } from '../../../local/render/upload-lines.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const token = { name: 'ci', scope: 'publish' as const, names: ['*'], sha256: sha256Of('x') };

it('where uploads go is said once there is a token, and that others can read it where they can', async () => {
  const store = memoryStore();
  expect(await uploadLines('http://127.0.0.1:8080', store)).toBe('');
  await addToken({ store, clock: systemClock }, token);
  const here = await uploadLines('http://127.0.0.1:8080', store);
  expect(here).toBe(
    'uploads with a token: http://127.0.0.1:8080/legacy/, to staging: http://127.0.0.1:8080/staging/legacy/\n',
  );
  expect(await uploadLines('http://[::1]:8080', store)).not.toContain('warning');
  for (const url of ['http://0.0.0.0:8080', 'http://[::]:8080', 'http://192.0.2.7', 'http://127.0.0.1.example:80'])
    expect(await uploadLines(url, store)).toMatch(/\nwarning: tokens come in plain http; .*TLS/);
  await store.put(tokensKey, Buffer.from('{'));
  expect(await uploadLines('http://127.0.0.1:8080', store)).toMatch(/^error: _gatehouse\/tokens\.json/);
});
