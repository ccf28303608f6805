import type { Problem } from '../problems/problem.ts';

interface PlannedFile {
  readonly key: string;
  readonly kind: 'wheel' | 'sdist' | 'package';
  readonly name: string;
  readonly version: string;
  readonly size: number;
}

interface Sided {
  /** It is of staging, and not of the channel. */
  readonly staged?: true;
}

/**
 * What a step tells while it works; a shell renders it as progress bars, plain lines or JSON. Sizes are bytes.
 * A step never prints.
 */
export type Event =
  | { readonly type: 'plan.started'; readonly entries: number; readonly platforms: readonly string[] }
  | { readonly type: 'plan.upstream'; readonly url: string; readonly names: number }
  | { readonly type: 'plan.project'; readonly url: string; readonly files: number }
  /** An optional form of an index that is not sound: the next one is read. */
  | { readonly type: 'plan.fallback'; readonly reason: string }
  | { readonly type: 'plan.solved'; readonly entry: string; readonly platform: string; readonly packages: number }
  | { readonly type: 'plan.unsolved'; readonly entry: string; readonly platform: string; readonly explanation: string }
  | {
      readonly type: 'plan.ready';
      readonly add: number;
      readonly drop: number;
      readonly bytes: number;
      /** No entry could be solved. */
      readonly unmade?: true;
    }
  | { readonly type: 'fetch.started'; readonly key: string; readonly size: number }
  | { readonly type: 'fetch.progress'; readonly key: string; readonly received: number; readonly size: number }
  | { readonly type: 'fetch.done'; readonly key: string; readonly size: number }
  | { readonly type: 'fetch.failed'; readonly key: string; readonly problem: Problem }
  /** So many files are to come still, wherever they are fetched. */
  | { readonly type: 'fetch.awaited'; readonly files: number }
  /** It came, and the gate does not let it in. */
  | { readonly type: 'fetch.held'; readonly key: string; readonly problem: Problem }
  /** The cloud was asked for a run; it begins when a function is free. */
  | { readonly type: 'run.asked'; readonly run: string }
  /** `around`: the run goes on for it, without what the gate holds. */
  | { readonly type: 'run.replaced'; readonly run: string; readonly by: 'around' | 'another' }
  /** All that a run is to bring is there. */
  | { readonly type: 'run.settled' }
  /** Whether its index is made and proved by now cannot be seen. */
  | { readonly type: 'run.unseen'; readonly reason: string }
  /** The gate looked into a file; `codes` say what it found. */
  | { readonly type: 'gate.judged'; readonly id: string; readonly verdict: string; readonly codes: readonly string[] }
  /** So many files were looked at by now. */
  | { readonly type: 'sweep.checked'; readonly files: number }
  | { readonly type: 'sweep.recalled'; readonly id: string; readonly reason: string }
  | { readonly type: 'sweep.released'; readonly id: string }
  /** Files of this machine; their key is their path. */
  | { readonly type: 'publish.reading'; readonly files: number; readonly bytes: number }
  | { readonly type: 'publish.progress'; readonly key: string; readonly received: number; readonly size: number }
  | { readonly type: 'publish.read'; readonly key: string; readonly size: number }
  /** What is about to be published, before the first byte of it is written. Keys are as they are served. */
  | { readonly type: 'publish.planned'; readonly files: readonly PlannedFile[] }
  /** Who runs this may not index: the stack does. */
  | { readonly type: 'index.left' }
  /** Another lists what was published. */
  | { readonly type: 'publish.waiting'; readonly files: number }
  /** Slow: about 0.6 MB a second. */
  | { readonly type: 'index.compressing'; readonly key: string; readonly size: number }
  | ({
      readonly type: 'index.written';
      readonly subdir: string;
      readonly packages: number;
      readonly changed: boolean;
    } & Sided)
  /** Pages for pip were written. */
  | ({ readonly type: 'index.project'; readonly project: string; readonly files: number } & Sided)
  | {
      readonly type: 'prove.entry';
      readonly entry: string;
      readonly platform: string;
      readonly client: 'conda' | 'pip';
      readonly installable: boolean;
    }
  | {
      readonly type: 'retry';
      readonly url: string;
      readonly attempt: number;
      readonly waitMs: number;
      readonly reason: string;
    }
  | { readonly type: 'verify.object'; readonly key: string; readonly size: number; readonly sound: boolean };

export type Log = (event: Event) => void;
