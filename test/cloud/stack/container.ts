import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A bundle and all that its process is told. */
export interface Code {
  readonly folder: string;
  /** `FILE.EXPORT` */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
}

export interface Asking {
  readonly event: unknown;
  readonly requestId: string;
  /** Milliseconds since the epoch, by the cloud's clock. */
  readonly now: number;
  readonly clockStands: boolean;
}

const saidSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('ready') }),
  z.object({ status: z.literal('done'), reply: z.string() }),
  z.object({ status: z.literal('failed'), reason: z.string() }),
]);

/** What came of an invocation; `failed` when the handler threw, its process ended or its time was over. */
export type Outcome =
  | { readonly status: 'done'; readonly reply: unknown }
  | { readonly status: 'failed'; readonly reason: string };

/** A process with a function's bundle, which takes one event at a time, as long as it lives. */
export interface Container {
  readonly isAlive: boolean;
  invoke(asking: Asking): Promise<Outcome>;
  /** As by the kernel. */
  kill(): void;
  /** Resolves when the process is gone and all that it wrote was told. */
  end(): Promise<void>;
}

const runtime = fileURLToPath(new URL('./runtime.ts', import.meta.url));

/** @param tell hears every line it writes */
export function startContainer(code: Code, tell: (line: string) => void): Container {
  const [file = '', name = ''] = code.handler.split('.');
  const child = fork(runtime, [code.folder, file, name], {
    cwd: code.folder,
    env: { ...code.environment },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', tell);
  const closed = once(child, 'close');
  let over: string | null = null;
  let hear: (outcome: Outcome | 'ready') => void = () => {};
  const next = () => new Promise<Outcome | 'ready'>((resolve) => (hear = resolve));
  const ready = next();
  child.on('message', (message) => hear(heard(message)));
  child.on('exit', (status, signal) => {
    over ??= `the process ended: ${signal ?? status}`;
    hear({ status: 'failed', reason: over });
  });
  const kill = (reason: string) => {
    over ??= reason;
    child.kill('SIGKILL');
  };
  return {
    get isAlive() {
      return over === null;
    },
    async invoke(asking) {
      // Its own time begins when it is loaded.
      const loaded = await ready;
      if (loaded !== 'ready') return loaded;
      if (over !== null) return { status: 'failed', reason: over };
      const said = next();
      const timer = setTimeout(() => kill(`timed out after ${code.timeout} ms`), code.timeout);
      child.send({ ...asking, timeout: code.timeout }, () => {});
      const outcome = await said;
      clearTimeout(timer);
      return outcome === 'ready' ? { status: 'failed', reason: 'said that it was ready twice' } : outcome;
    },
    kill: () => kill('killed'),
    async end() {
      kill('ended');
      await closed;
    },
  };
}

function heard(message: unknown): Outcome | 'ready' {
  const said = saidSchema.parse(message);
  if (said.status === 'ready') return 'ready';
  return said.status === 'done' ? { status: 'done', reply: JSON.parse(said.reply) } : said;
}
