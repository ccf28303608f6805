import { setFlagsFromString } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import {
  type ChannelFile,
  channelUrl,
  type FromWorker,
  type SolveCall,
  type SolveReply,
  type ToWorker,
} from './messages.ts';

/** The worker thread's entry: rattler with a `fetch` that knows one channel and asks the main thread for its files. */
const port = parentPort;
if (port === null) throw new TypeError('runs only as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);

// 1 GiB, four times what a solve of 1,100 packages takes. Some conflicts rattler cannot put in words, and it fills 3 GB
// trying. Set before its memory is made, hence the late import.
setFlagsFromString('--wasm-max-mem-pages=16384');
const { isPlatform, simpleSolve } = await import('@conda-org/rattler');

let panic = '';

globalThis.fetch = async (input) => {
  const url = input instanceof Request ? input.url : String(input);
  const bytes = url.startsWith(channelUrl) ? await fileAt(url.slice(channelUrl.length)) : null;
  const response = new Response(bytes, { status: bytes === null ? 404 : 200 });
  // rattler panics over a response whose url is empty, as that of every constructed response is.
  return Object.defineProperty(response, 'url', { value: url });
};

// rattler draws the seed of its hash maps from here: the same one always, so that equal calls give equal answers.
crypto.getRandomValues = (array) => {
  if (array instanceof Uint8Array) array.fill(0);
  return array;
};

// A panic is printed here, then thrown as "unreachable" where no promise hears it.
console.error = (...words) => {
  panic = words.join(' ');
};
process.on('uncaughtException', (error) => send({ type: 'broken', text: panic || String(error) }));

port.on('message', async (message: ToWorker) => {
  if (message.type === 'files') receive(message.files);
  else send(await solve(message));
});

async function solve({ poolId, subdirs, specs, locked }: SolveCall): Promise<SolveReply> {
  usePool(poolId);
  try {
    const solved = await simpleSolve([...specs], [channelUrl], subdirs.filter(isPlatform), locked);
    return {
      type: 'solved',
      packages: solved.map(({ packageName, url }) => ({ name: packageName, key: url.slice(channelUrl.length) })),
    };
  } catch (thrown) {
    if (typeof thrown === 'string') return { type: 'refused', text: thrown };
    return { type: 'broken', text: panic || String(thrown) };
  }
}

type Bytes = ChannelFile[1];

/** The platforms of one plan, its proof, and what requests that are solved side by side each do without. */
const maxKeptPools = 8;
/** Files of the pools used last, by pool and path, each asked for once. */
const pools = new Map<string, Map<string, Promise<Bytes>>>();
/** Files of the pool in use. One is at a time, and it changes only when no file is awaited. */
let files = new Map<string, Promise<Bytes>>();
const awaited = new Map<string, (bytes: Bytes) => void>();
let asking: string[] = [];

function usePool(poolId: string): void {
  files = pools.get(poolId) ?? new Map();
  pools.delete(poolId);
  pools.set(poolId, files);
  const [oldest] = pools.keys();
  if (pools.size > maxKeptPools && oldest !== undefined) pools.delete(oldest);
}

/** A file of the pool in use. Those asked for in one turn of the event loop go to the main thread in one message. */
function fileAt(path: string): Promise<Bytes> {
  const known = files.get(path);
  if (known !== undefined) return known;
  if (asking.push(path) === 1) {
    queueMicrotask(() => {
      send({ type: 'need', paths: asking });
      asking = [];
    });
  }
  const coming = new Promise<Bytes>((resolve) => awaited.set(path, resolve));
  files.set(path, coming);
  return coming;
}

function receive(answers: readonly ChannelFile[]): void {
  for (const [path, bytes] of answers) {
    awaited.get(path)?.(bytes);
    awaited.delete(path);
  }
}
