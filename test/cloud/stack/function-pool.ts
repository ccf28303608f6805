import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Asking, type Code, type Container, type Outcome, startContainer } from './container.ts';

/** A line that a function wrote. */
export interface LogLine {
  readonly function: string;
  readonly text: string;
}

/** How an invocation came out. */
export interface Invocation {
  readonly function: string;
  /** Milliseconds since the epoch, by the cloud's clock. */
  readonly at: number;
  readonly isFailed: boolean;
}

export interface PoolOptions {
  readonly name: string;
  readonly code: Code;
  /** Where each container gets a folder of its own for its files. */
  readonly scratch: string;
  readonly log: (line: LogLine) => void;
  /** Told how each invocation came out. */
  readonly ended: (invocation: Invocation) => void;
  /** What the function's clock shows. */
  readonly clock: () => Pick<Asking, 'now' | 'clockStands'>;
}

/** A function as Lambda runs it: an event goes to a container that is idle, or to a new one. */
export interface FunctionPool {
  readonly name: string;
  /** @param requestId the same one when an event is tried again */
  invoke(event: unknown, requestId?: string): Promise<Outcome>;
  /** Ends the process of a container, known by the access key it signs with; false when that is not one of these. */
  kill(caller: string): boolean;
  end(): Promise<void>;
}

export function functionPool({ name, code, scratch, log, ended, clock }: PoolOptions): FunctionPool {
  const containers = new Map<string, Container>();
  const idle: Container[] = [];
  const start = () => {
    const caller = `${name}-${containers.size + 1}`;
    const folder = join(scratch, caller);
    mkdirSync(folder, { recursive: true });
    const own = {
      AWS_ACCESS_KEY_ID: caller,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_LAMBDA_FUNCTION_NAME: name,
      TMPDIR: folder,
    };
    const environment = { ...code.environment, ...own };
    const container = startContainer({ ...code, environment }, (text) => log({ function: name, text }));
    containers.set(caller, container);
    return container;
  };
  const free = (): Container => {
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) if (one.isAlive) return one;
    return start();
  };
  return {
    name,
    async invoke(event, requestId = randomUUID()) {
      const container = free();
      const outcome = await container.invoke({ event, requestId, ...clock() });
      if (container.isAlive) idle.push(container);
      ended({ function: name, at: clock().now, isFailed: outcome.status === 'failed' });
      return outcome;
    },
    kill(caller) {
      const container = containers.get(caller);
      container?.kill();
      return container !== undefined;
    },
    end: async () => void (await Promise.all([...containers.values()].map((container) => container.end()))),
  };
}
