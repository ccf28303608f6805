import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { verify } from '../../core/steps/verify.ts';
import type { World } from '../../local/world/open-world.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';
import {
  expectTheRestDone,
  soundFiles,
  soundPackages,
  type WatchedRun,
  watchedRun,
} from '../support/cli/watched-run.ts';
import { type Answer, cut, hangUp, mislabelled, ok, status, trickle } from '../support/upstream/test-upstream.ts';

/** One thread for all of them: starting it is most of what a small sync costs. */
const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const run = (allowlist: Allowlist, over: Partial<World> = {}) => watchedRun(lab, allowlist, { solver, ...over });

const badFile = 'bad-1.0-0.conda';
const badPath = `/linux-64/${badFile}`;

/** A run in which upstream answers so to each request for one package. */
async function runWithBad(answer: Answer, over: Partial<World> = {}): Promise<WatchedRun> {
  await lab.publish([...soundPackages, small('bad 1.0')]);
  lab.intercept = (request, response, next) => (request.url === badPath ? void answer(response, request) : next());
  return run(lab.allowlist(['bad', 'good']), over);
}

const failed = (code: string) => ['entry.unsolvable bad on linux-64', `${code} linux-64/${badFile}`];

describe('a package that upstream cannot or must not give', () => {
  const other = Buffer.from('other bytes');
  // Retry-After beyond the longest wait that is honoured; the lab's clock does not wait.
  it.each<[string, string, Answer]>([
    ['the right number of wrong bytes', 'fetch.sha256', (response) => wrongBytes(response)],
    ['a short body', 'fetch.size', ok(other)],
    ['a long body', 'fetch.size', ok(Buffer.alloc(100_000))],
    ['a connection cut in the body', 'upstream.body', cut(other, 1000)],
    ['a connection cut before the answer', 'upstream.unreachable', hangUp],
    ['a Content-Length above the body', 'upstream.body', mislabelled(other, 1000)],
    ['a Content-Length below the body', 'fetch.size', mislabelled(other, 3)],
    ['404 for a listed file', 'upstream.status', status(404)],
    ['403', 'upstream.status', status(403)],
    ['429 for ever', 'upstream.status', status(429, { 'retry-after': '100000' })],
    ['503 for ever', 'upstream.status', status(503)],
    ['a redirect loop', 'upstream.unreachable', status(302, { location: badPath })],
    ['a redirect to a file of this machine', 'upstream.unreachable', status(302, { location: 'file:///etc/passwd' })],
    ['a page with status 200', 'fetch.size', ok(Buffer.from('<!doctype html>'), { 'content-type': 'text/html' })],
    ['a Content-Encoding nobody asked for', 'upstream.body', ok(other, { 'content-encoding': 'gzip' })],
  ])('%s: %s', async (_what, code, answer) => {
    const done = await runWithBad(answer);
    expect(done.problems).toEqual(failed(code));
    await expectTheRestDone(lab, done);
  });

  async function wrongBytes(response: Parameters<Answer>[0]): Promise<void> {
    const bytes = await readFile(join(lab.upstreamFolder, badPath));
    bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] ?? 0) & 0xff;
    response.end(bytes);
  }

  it('a trickle slower than is let go on: upstream.stalled', async () => {
    const fetch = httpFetch({ minimum: { windowMs: 30, bytes: 1000 } });
    const slow: Answer = (response) => response.writeHead(200, { 'content-length': 400 }).write('a');
    const done = await runWithBad(slow, { fetch });
    expect(done.problems).toEqual(failed('upstream.stalled'));
    await expectTheRestDone(lab, done);
  });
});

describe('trouble that passes is no trouble', () => {
  const inTurn = (...answers: readonly (Answer | null)[]) => {
    let asked = 0;
    return (request: Parameters<Answer>[1], response: Parameters<Answer>[0], next: () => void) => {
      const answer = request.url === badPath ? answers[asked++] : null;
      answer ? void answer(response, request) : next();
    };
  };

  async function expectAllFine(over: Partial<World> = {}): Promise<void> {
    const done = await run(lab.allowlist(['bad', 'good']), over);
    expect(done.problems).toEqual([]);
    expect(Object.keys(await lab.index())).toEqual([badFile, ...soundFiles].sort());
    expect((await verify([], { ...lab.world, log: () => {} })).problems).toEqual([]);
  }

  beforeEach(() => lab.publish([...soundPackages, small('bad 1.0')]));

  it('503 five times, then the file', async () => {
    lab.intercept = inTurn(...Array<Answer>(5).fill(status(503)), null);
    await expectAllFine();
  });

  it('429 with Retry-After, which is waited out, then the file', async () => {
    const waits: number[] = [];
    const clock = { ...lab.world.clock, sleep: async (ms: number) => void waits.push(ms) };
    lab.intercept = inTurn(status(429, { 'retry-after': '17' }), null);
    await expectAllFine({ clock });
    expect(waits).toEqual([17_000]);
  });

  it('a connection cut twice, then the file', async () => {
    lab.intercept = inTurn(cut(Buffer.from('x'), 400), cut(Buffer.from('y'), 400), null);
    await expectAllFine();
  });

  it('stale bytes once, then the file', async () => {
    lab.intercept = inTurn(ok(Buffer.from('stale')), null);
    await expectAllFine();
  });

  it('a body in single bytes', async () => {
    const bytes = await readFile(join(lab.upstreamFolder, badPath));
    lab.intercept = inTurn(trickle(bytes));
    await expectAllFine();
  });

  it('a redirect to where the file is', async () => {
    lab.intercept = (request, response, next) => {
      if (request.url === badPath) return void response.writeHead(302, { location: '/elsewhere/bad' }).end();
      if (request.url === '/elsewhere/bad') request.url = badPath;
      next();
    };
    await expectAllFine();
  });

  it('the next run brings what this one could not', async () => {
    lab.intercept = inTurn(status(404), null);
    expect((await run(lab.allowlist(['bad', 'good']))).problems).toEqual(failed('upstream.status'));
    await expectAllFine();
  });
});

it('other bytes under a name that the store has: an alarm, what is there stays, and the rest comes in', async () => {
  await lab.publish([small('bad 1.0')]);
  await run(lab.allowlist(['bad']));
  const before = await readFile(join(lab.store, 'conda', badPath));
  await lab.publish([...soundPackages, small('bad 1.0', [], { files: [{ path: 'x', content: 'evil' }] })]);
  const { problems, report } = await run(lab.allowlist(['bad', 'good']));
  expect(problems).toEqual([`fetch.mutated linux-64/${badFile}`]);
  expect(await readFile(join(lab.store, 'conda', badPath))).toEqual(before);
  expect(Object.keys(await lab.index())).toEqual([badFile, ...soundFiles].sort());
  expect(report.proof.proof.entries.every(({ installable }) => installable)).toBe(true);
});
