import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { usualLimits } from '../../local/serve/limits.ts';

test('docs/serving.md tells the limits as they are', async () => {
  const page = await readFile(new URL('../../docs/serving.md', import.meta.url), 'utf8');
  const { connections, waitingRequests, headBytes, headers, bodyBytes } = usualLimits;
  const { largeSlices, headMs, requestMs, idleMs, stalledMs, graceMs } = usualLimits;
  const shown = (count: number) => count.toLocaleString('en');
  for (const told of [
    `${shown(connections)} connections`,
    `${shown(waitingRequests)} requests sent ahead`,
    `${headBytes / 1024} KiB for the first line`,
    `${headers} headers`,
    `${bodyBytes / 1024 ** 2} MiB of body`,
    `${headMs / 1000} seconds for a request's headers, ${requestMs / 1000} for all of it`,
    `${idleMs / 1000} seconds between two requests`,
    `${stalledMs / 1000} seconds for a slice`,
    `more than ${largeSlices} answers`,
    `have ${graceMs / 1000} seconds to finish`,
  ]) {
    expect(page).toContain(told);
  }
});
