import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import type { Notification } from '../notify-queue.ts';
import type { CloudBucket } from '../s3/s3-world.ts';
import { sendMessage } from '../sqs/messages.ts';
import { type Cloud, startCloud } from '../start-cloud.ts';
import { type CloudAlarm, readAlarms } from '../watch/cloud-alarms.ts';
import { type Asset, readAssets, upload } from './assets.ts';
import { comeToRest } from './come-to-rest.ts';
import { deployCustom } from './custom-resource.ts';
import { poll } from './event-source.ts';
import { fireRule } from './fire-rule.ts';
import { type FunctionPool, functionPool, type Invocation, type LogLine } from './function-pool.ts';
import { makePlaces } from './make-places.ts';
import { mayDo } from './may-do.ts';
import { type DeployedFunction, readWiring, type Wiring } from './wiring.ts';

export interface DeployOptions {
  /** Invocations of a function at a time by its queue, at most; the machine's processors, rather than the template's. */
  readonly concurrency?: number;
  /** How long a batch waits for more, where the template has it wait; milliseconds. */
  readonly windowMs?: number;
  /** What becomes of the messages of the bucket's events. */
  readonly copies?: Notification['copies'];
  /** What every function's clock shows, for as long as it stands; milliseconds since the epoch. */
  readonly clockStandsAt?: number;
}

/** A stack that runs: its functions in processes of their own, between the queues and the bucket of a cloud. */
export interface DeployedStack extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly wiring: Wiring;
  /** The name of its one bucket. */
  readonly bucket: string;
  readonly objects: CloudBucket['objects'];
  /** All that its functions wrote. */
  readonly logs: readonly LogLine[];
  readonly invocations: readonly Invocation[];
  /** What the template says of its alarms. */
  readonly alarms: readonly CloudAlarm[];
  /** Deploys what another synthesis says of the custom resources and of who may what: a changed allowlist. */
  update(out: string): Promise<void>;
  /** Sends a rule's event to its targets, as the clock would. @param id the start of its logical id */
  fire(id: string): Promise<void>;
  /** Goes on until nothing is left to do within so many milliseconds of the cloud's time, which passes at once. */
  rest(within?: number): Promise<void>;
  /** The bodies on the queue whose logical id starts so. */
  waiting(queue: string): string[];
  send(queue: string, body: string): void;
  /** Ends the process of the container that signs with this key. */
  kill(caller: string): boolean;
}

const stackName = 'Gatehouse';

/** @param out the output of the app */
export async function deployStack(out: string, options: DeployOptions = {}): Promise<DeployedStack> {
  const { concurrency = 2, windowMs = 30, clockStandsAt } = options;
  const cloud = await startCloud();
  const scratch = await temporaryFolder();
  const logs: LogLine[] = [];
  const invocations: Invocation[] = [];
  const template = readTemplate(out);
  const wiring = readWiring(template, cloud.endpoint);
  const assets = readAssets(out, stackName);
  makePlaces(cloud, wiring, options.copies);
  upload(cloud, assets);
  cloud.mayDo = mayDo(wiring);
  const pools = wiring.functions.map((fn) =>
    functionPool({
      name: fn.name,
      code: codeOf(fn, assets, cloud),
      scratch: scratch.path,
      log: (line) => logs.push(line),
      ended: (one) => invocations.push(one),
      clock: () => ({ now: clockStandsAt ?? cloud.time.now(), clockStands: clockStandsAt !== undefined }),
    }),
  );
  const poolNamed = (text: string): FunctionPool => {
    const pool = pools.find(({ name }) => name === text.replace(/^.*:/, ''));
    if (pool === undefined) throw new Error(`no function ${text}`);
    return pool;
  };
  const ending = new AbortController();
  const activity = { busy: 0 };
  const polling = wiring.sources.map((source) =>
    poll(source, {
      cloud,
      pool: poolNamed(source.FunctionName),
      windowMs,
      concurrency,
      signal: ending.signal,
      busy: (by) => {
        activity.busy += by;
      },
    }),
  );
  const queue = (start: string) => {
    const [found, ...others] = [...cloud.sqs.queues.values()].filter(({ name }) => name.startsWith(start));
    if (found === undefined || others.length > 0) throw new Error(`not one queue ${start}…`);
    return found;
  };
  const [bucket] = wiring.buckets;
  if (bucket === undefined || wiring.buckets.length > 1) throw new Error('not one bucket');
  let customs: Wiring['customs'] = [];
  const deployCustoms = async (wanted: Wiring['customs']) => {
    const before = new Map(customs.map((one) => [one.id, one]));
    for (const one of wanted) await deployCustom(one, before.get(one.id), poolNamed(one.function));
    customs = wanted;
  };
  const stack: DeployedStack = {
    cloud,
    wiring,
    bucket: bucket.name,
    objects: cloud.s3.buckets.get(bucket.name)?.objects ?? new Map(),
    logs,
    invocations,
    alarms: readAlarms(template, cloud.endpoint),
    async update(other) {
      upload(cloud, readAssets(other, stackName));
      const changed = readWiring(readTemplate(other), cloud.endpoint);
      cloud.mayDo = mayDo(changed);
      await deployCustoms(changed.customs);
    },
    fire: (id) => fireRule(id, { cloud, wiring, poolNamed }),
    rest: (within) => comeToRest(cloud, wiring, { activity, within }),
    waiting: (name) => [...queue(name).messages].map(({ body }) => body),
    send: (name, body) => void sendMessage(cloud.sqs, queue(name), { body }),
    kill: (caller) => pools.some((pool) => pool.kill(caller)),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(pools.map((pool) => pool.end()));
      await Promise.all(polling);
      await cloud[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
  try {
    await deployCustoms(wiring.customs);
    return stack;
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

const readTemplate = (out: string): unknown =>
  parseJson(readFileSync(join(out, `${stackName}.template.json`), 'utf8'), z.looseObject({}), 'the template');

function codeOf({ Code, Handler, Environment, Timeout }: DeployedFunction, assets: readonly Asset[], cloud: Cloud) {
  const asset = assets.find(({ bucket, key }) => bucket === Code.S3Bucket && key === Code.S3Key);
  if (asset === undefined) throw new Error(`no asset ${Code.S3Key}`);
  const environment = { ...Environment.Variables, ...cloud.environment };
  return { folder: asset.path, handler: Handler, environment, timeout: 1000 * Timeout };
}
