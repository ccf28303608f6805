import { expect, it, vi } from 'vitest';
import { GatehouseError } from '../../core/problems/error.ts';
import { powertools } from '../../lambdas/telemetry.ts';
import { controlsIn, hostileText } from '../support/hostile-text.ts';

/** What is written to the process's streams meanwhile. */
function written(work: () => void): string {
  const lines: string[] = [];
  const keep = (text: unknown) => {
    lines.push(String(text));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  try {
    work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return lines.join('');
}

it('logs a text from outside as one that can be shown, and no secret of a URL', () => {
  const secret = 'https://user:S3CR3T@h/t/S3CR3T/x?sig=S3CR3T';
  const log = written(() => {
    const telemetry = powertools();
    telemetry.log({ type: 'plan.unsolved', entry: hostileText, platform: 'noarch', explanation: hostileText + secret });
    const problem = { code: 'fetch.sha256', subject: hostileText, detail: secret, hint: hostileText };
    telemetry.log({ type: 'fetch.failed', key: hostileText, problem });
    telemetry.note('noted', { list: [hostileText, { deep: secret }], count: 1 });
    telemetry.warn('warned', { hostileText });
    telemetry.failed(
      `message 1: ${secret} ${hostileText}`,
      new GatehouseError('upstream.body', `${secret} ${hostileText}`),
    );
    telemetry.failed('bug', new TypeError(`${secret} ${hostileText}`));
  });
  const entries = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(entries).toHaveLength(6);
  expect(entries[2]).toMatchObject({
    message: 'noted',
    list: [expect.any(String), { deep: 'https://***@h/t/***/x?***' }],
    count: 1,
  });
  expect(log).not.toContain('S3CR3T');
  expect(controlsIn(log)).toEqual([]);
});
