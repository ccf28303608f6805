import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { solverContract } from '../contracts/solver-contract.ts';
import { candidate, poolOf } from '../support/solver/candidates.ts';

solverContract('rattler', () => rattlerSolver());
solverContract('rattler on two threads', () => rattlerSolver({ workers: 2 }), 20);

const pool = poolOf([candidate('a 1', { depends: ['b'] }), candidate('b 1')]);
const solution = { status: 'solved', keys: ['noarch/a-1-0.conda', 'noarch/b-1-0.conda'] };

/** A worker of another make: `body` runs for each message it gets. */
const workerUrl = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort as port } from 'node:worker_threads';
    port.on('message', ({ type, specs }) => { ${body} });`)}`,
  );

describe('a thread that breaks', () => {
  const started: Worker[] = [];
  const onWorker = (worker: Worker) => started.push(worker);
  beforeEach(() => {
    started.length = 0;
    process.on('worker', onWorker);
  });
  afterEach(() => process.off('worker', onWorker));

  it('fails its call when it is killed in the middle, and the next call has another', async () => {
    await using solver = rattlerSolver();
    const first: Promise<Worker[]> = once(process, 'worker');
    const calls = [solver.solve(pool, ['a']), solver.solve(pool, ['a'])];
    const [worker] = await first;
    // Its first message asks for the pool's files: the solve has begun and cannot end.
    worker?.once('message', () => worker.terminate());
    const [killed, waited] = await Promise.all(calls);
    expect(killed).toEqual({ status: 'failed', explanation: 'the solver failed: its thread ended' });
    expect(waited).toEqual(solution);
    expect(started).toHaveLength(2);
  });

  it('is replaced when it dies between calls', async () => {
    await using solver = rattlerSolver();
    expect(await solver.solve(pool, ['a'])).toEqual(solution);
    await started[0]?.terminate();
    expect(await solver.solve(pool, ['a'])).toEqual(solution);
    const url = workerUrl(
      `port.postMessage({ type: 'solved', packages: [] }); setTimeout(() => { throw Error('late') }, 200);`,
    );
    await using dying = rattlerSolver({ workerUrl: url });
    for (let call = 2; call < 5; call++) {
      expect(await dying.solve(pool, ['a'])).toEqual({ status: 'solved', keys: [] });
      await vi.waitUntil(() => started[call]?.threadId === -1);
    }
  });

  it('leaves its last words', async () => {
    await using solver = rattlerSolver();
    const explanation = expect.stringMatching(/^the solver failed: panicked at \S+\n.*exact package names.*$/);
    expect(await solver.solve(pool, ['*'])).toEqual({ status: 'failed', explanation });
  });

  it('ends before memory does', async () => {
    await using solver = rattlerSolver();
    // rattler 0.3.5 finds that nothing solves, then never finishes saying why: 2.8 GB when nothing stops it.
    const circle = poolOf([
      candidate('a 1', { depends: ['b >=2'] }),
      ...['1', '3'].map((version) => candidate(`b ${version}`, { depends: ['d'] })),
      candidate('c 1', { depends: ['b <2'] }),
      candidate('c 2', { depends: ['c <2'] }),
      candidate('d 3', { depends: ['c !=1', 'a'] }),
    ]);
    expect(await solver.solve(circle, ['b'])).toMatchObject({ status: 'failed' });
    const kilobytes = process.resourceUsage().maxRSS;
    expect(kilobytes).toBeLessThan(1.8e6);
    expect(await solver.solve(pool, ['a'])).toEqual(solution);
  });

  it('is given up when it takes too long', async () => {
    const url = workerUrl(`while (specs[0] === 'hang'); port.postMessage({ type: 'solved', packages: [] });`);
    await using solver = rattlerSolver({ timeLimitMs: 1500, workerUrl: url });
    const answers = await Promise.all([solver.solve(pool, ['hang']), solver.solve(pool, ['a'])]);
    expect(answers).toEqual([
      { status: 'failed', explanation: 'the solver failed: it took longer than 1500 ms' },
      { status: 'solved', keys: [] },
    ]);
    expect(started[0]?.threadId).toBe(-1);
  });

  it('fails its call when it cannot start, throws, or leaves', async () => {
    for (const [body, words] of [
      ['} syntax', /SyntaxError/],
      [`throw new Error('on purpose')`, /on purpose/],
      ['process.exit(0)', /thread ended/],
    ] as const) {
      await using solver = rattlerSolver({ workerUrl: workerUrl(body) });
      const answer = { status: 'failed', explanation: expect.stringMatching(words) };
      expect(await solver.solve(pool, ['a'])).toEqual(answer);
      expect(await solver.solve(pool, ['a'])).toEqual(answer);
    }
  });

  it('is not believed when it chooses what the pool does not have', async () => {
    for (const [name, key] of [
      ['a', 'noarch/a-2-0.conda'],
      ['c', 'noarch/a-1-0.conda'],
      ['__a', ''],
    ] as const) {
      const url = workerUrl(`port.postMessage({ type: 'solved', packages: [{ name: '${name}', key: '${key}' }] })`);
      await using solver = rattlerSolver({ workerUrl: url });
      const answer = solver.solve(pool, ['a']);
      if (name === '__a') await expect(answer).resolves.toEqual({ status: 'solved', keys: [] });
      else await expect(answer).rejects.toMatchObject({ code: 'internal.bug', message: expect.stringContaining(key) });
    }
  });
});

describe('closing', () => {
  it('fails what is under way, what waits, and what comes later', async () => {
    const solver = rattlerSolver();
    const calls = [solver.solve(pool, ['a']), solver.solve(pool, ['a'])];
    await solver[Symbol.asyncDispose]();
    calls.push(solver.solve(pool, ['a']));
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    await solver[Symbol.asyncDispose]();
  });

  it('is not needed for the process to end, and a panic prints nothing', async () => {
    const script = `
      const { rattlerSolver } = await import('${new URL('../../adapters/solver-rattler/solver-rattler.ts', import.meta.url)}');
      const record = { name: 'a', version: '1', build: '0', build_number: 0, depends: ['x::b'] };
      const pool = { id: 'p', platform: 'linux-64', virtualPackages: {}, candidates: new Map([['a', [{ key: 'noarch/a', record }]]]) };
      const solver = rattlerSolver();
      console.log((await solver.solve(pool, ['a'])).status, (await solver.solve(pool, ['b'])).status);`;
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(ended).toEqual({ stdout: 'failed unsolvable\n', stderr: '' });
  });
});
