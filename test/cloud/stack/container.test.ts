import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { type FunctionPool, functionPool, type LogLine } from './function-pool.ts';

const handlers = `
let calls = 0;
export const handler = async (event, context) => {
  calls += 1;
  if (event.do === 'throw') throw new Error('on purpose');
  if (event.do === 'exit') process.exit(3);
  if (event.do === 'hang') for (;;) {}
  if (event.do === 'wait') await new Promise((resolve) => setTimeout(resolve, 200));
  console.log('call ' + calls);
  const remaining = context.getRemainingTimeInMillis();
  return { calls, now: Date.now(), pid: process.pid, name: context.functionName, isIn: remaining > 0 && remaining <= 1000,
    id: context.awsRequestId, secret: process.env.SECRET, home: process.env.HOME, tmp: process.env.TMPDIR };
};
`;

let folder: TemporaryFolder;
let pool: FunctionPool;
let logs: LogLine[];
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'index.mjs'), handlers);
  logs = [];
  const code = { folder: folder.path, handler: 'index.handler', environment: { SECRET: 's' }, timeout: 1000 };
  const clock = () => ({ now: 1_000_000, clockStands: true });
  pool = functionPool({
    name: 'Fn',
    code,
    scratch: folder.path,
    ended: () => {},
    log: (line) => logs.push(line),
    clock,
  });
});
afterEach(async () => {
  await pool.end();
  await folder[Symbol.asyncDispose]();
});

const replyOf = async (event: object, id?: string): Promise<Record<string, unknown>> => {
  const outcome = await pool.invoke(event, id);
  if (outcome.status === 'failed') throw new Error(outcome.reason);
  return Object(outcome.reply);
};

it('hands on what Lambda does, and nothing of this process', async () => {
  const reply = await replyOf({}, 'request-1');
  const tmp = join(folder.path, 'Fn-1');
  expect(reply).toMatchObject({ name: 'Fn', isIn: true, id: 'request-1', secret: 's', tmp, now: 1_000_000 });
  expect(reply).not.toHaveProperty('home');
});

it('uses a container again that is idle, and starts another when none is', async () => {
  const first = await replyOf({});
  const second = await replyOf({});
  expect([second['pid'], second['calls']]).toEqual([first['pid'], 2]);
  const [one, other] = await Promise.all([replyOf({ do: 'wait' }), replyOf({ do: 'wait' })]);
  expect(one?.['pid']).not.toBe(other?.['pid']);
  await pool.end();
  expect(logs.map(({ text }) => text).toSorted()).toEqual(['call 1', 'call 1', 'call 2', 'call 3'].toSorted());
});

it('a handler that throws fails its invocation only', async () => {
  expect(await pool.invoke({ do: 'throw' })).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('on purpose'),
  });
  expect(await replyOf({})).toMatchObject({ calls: 2 });
});

it.each([
  ['exit', /ended: 3/],
  ['hang', /timed out after 1000 ms/],
])('a process that does %s fails, and the next event gets another', async (what, reason) => {
  expect(await pool.invoke({ do: what })).toEqual({ status: 'failed', reason: expect.stringMatching(reason) });
  expect(await replyOf({})).toMatchObject({ calls: 1 });
});

it('who is killed in the middle fails', async () => {
  const invoked = pool.invoke({ do: 'wait' });
  expect(pool.kill('Fn-1')).toBe(true);
  expect(await invoked).toMatchObject({ status: 'failed', reason: 'killed' });
  expect(pool.kill('Fn-9')).toBe(false);
});

it('a bundle that cannot be loaded fails every invocation', async () => {
  await writeFile(join(folder.path, 'index.mjs'), 'throw new Error("no init");');
  expect(await pool.invoke({})).toMatchObject({ status: 'failed', reason: 'the process ended: 1' });
  expect(await pool.invoke({})).toMatchObject({ status: 'failed' });
});

it('leaves no process', async () => {
  const { pid } = await replyOf({});
  await pool.end();
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});
