import { setFlagsFromString } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { keptFiles } from './kept-files.ts';
import { channelUrl, type FromWorker, type SolveCall, type SolveReply, type ToWorker } from './protocol.ts';

/** The worker thread's entry: rattler with a `fetch` that knows one channel and asks the main thread for its files. */
const port = parentPort;
if (port === null) throw new TypeError('runs only as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);

// 1 GiB, four times what a solve of 1,100 packages takes. Some conflicts rattler cannot put in words, and it fills 3 GB
// trying. Set before its memory is made, hence the late import.
setFlagsFromString('--wasm-max-mem-pages=16384');
const { simpleSolve } = await import('@conda-org/rattler');

const files = keptFiles((paths) => send({ type: 'need', paths }));
let panic = '';

globalThis.fetch = async (input) => {
  const url = input instanceof Request ? input.url : String(input);
  const bytes = url.startsWith(channelUrl) ? await files.get(url.slice(channelUrl.length)) : null;
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
  if (message.type === 'files') files.put(message.files);
  else send(await solve(message));
});

async function solve({ poolId, specs, locked }: SolveCall): Promise<SolveReply> {
  files.use(poolId);
  try {
    const solved = await simpleSolve([...specs], [channelUrl], ['noarch'], locked);
    return {
      type: 'solved',
      packages: solved.map(({ packageName, filename }) => ({ name: packageName, key: filename })),
    };
  } catch (thrown) {
    if (typeof thrown === 'string') return { type: 'refused', text: thrown };
    return { type: 'broken', text: panic || String(thrown) };
  }
}
