import { execFile } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startCli } from '../support/cli/run-cli.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { crowd, halfSending, pipelining, slowReading } from '../support/served/crowds.ts';

/** `GATEHOUSE_CROWD_SECONDS=60` (npm run soak:serve) for a long look. */
const seconds = Number(process.env['GATEHOUSE_CROWD_SECONDS'] ?? 8);
const index = '/conda/noarch/repodata.json';
const large = '/conda/noarch/large-1-0.conda';
const mebibyte = 1024 ** 2;

async function residentBytes(pid: number | undefined): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1024;
}

/** Milliseconds that the index took, whole. */
async function askIndex(url: string, bytes: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(url + index, { signal: AbortSignal.timeout(10_000) });
  expect([response.status, await response.text()]).toEqual([200, bytes]);
  return performance.now() - began;
}

it('three crowds at once cost less than 100 MB, others are served meanwhile, and the server ends cleanly', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'store/conda/noarch'), { recursive: true });
  const text = JSON.stringify({ info: { subdir: 'noarch' }, packages: {}, filler: 'x'.repeat(100_000) });
  await writeFile(join(folder.path, 'store', index), text);
  await writeFile(join(folder.path, 'store', large), '');
  await truncate(join(folder.path, 'store', large), 64 * mebibyte);
  const cli = startCli(['serve', '--store', 'store', '--port', '0'], { cwd: folder.path });
  await cli.untilSaid('pixi init');
  const [url = ''] = /http:\/\/[\d.:]+/.exec(cli.said.stderr) ?? [];
  for (let i = 0; i < 50; i++) await askIndex(url, text);
  const before = await residentBytes(cli.child.pid);

  const grown: number[] = [];
  const took: number[] = [];
  {
    using pipeliner = crowd(url, 1, pipelining(index));
    using slow = crowd(url, 500, slowReading(large));
    using half = crowd(url, 300, halfSending);
    for (const until = performance.now() + seconds * 1000; performance.now() < until; await scheduler.wait(100)) {
      took.push(await askIndex(url, text));
      grown.push((await residentBytes(cli.child.pid)) - before);
    }
    const returns = { pipeliner: pipeliner.returns(), slow: slow.returns(), half: half.returns() };
    cli.child.kill('SIGTERM');
    const began = performance.now();
    expect((await cli.ended).status).toBe(0);
    const megabytes = grown.map((bytes) => Math.round(bytes / 1e6));
    const ended = Math.round(performance.now() - began);
    console.log(
      `${seconds} s: grown by ${Math.max(...megabytes)} MB at most, ${megabytes.at(-1)} at the end; ${took.length} others ` +
        `served, in ${Math.round(Math.max(...took))} ms at most; ended in ${ended} ms; returns ${JSON.stringify(returns)}`,
    );
    expect(ended).toBeLessThan(15_000);
  }
  expect(cli.said.stderr).not.toMatch(/error|bug/);
  expect(Math.max(...grown)).toBeLessThan(100e6);
  expect(Math.max(...took)).toBeLessThan(5000);
  expect(took.length).toBeGreaterThan(seconds);
});
