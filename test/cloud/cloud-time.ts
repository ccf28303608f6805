/** The cloud's clock: the machine's, and what a test let pass at once. */
export interface CloudTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Lets so many milliseconds pass now; whoever waits for a moment within them goes on. */
  pass(milliseconds: number): void;
  /** Resolves when `moment` has come, when `wake` is called, or when the signal is aborted. */
  until(moment: number, signal: AbortSignal): Promise<void>;
  /** Lets everyone who waits look again. */
  wake(): void;
}

export function cloudTime(): CloudTime {
  const waiting = new Set<() => void>();
  let passed = 0;
  const now = () => Date.now() + passed;
  const wake = () => {
    for (const goOn of [...waiting]) goOn();
  };
  return {
    now,
    wake,
    pass(milliseconds) {
      passed += milliseconds;
      wake();
    },
    until: (moment, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => goOn(), Math.min(moment - now(), 2 ** 31 - 1));
        const goOn = () => {
          clearTimeout(timer);
          waiting.delete(goOn);
          signal.removeEventListener('abort', goOn);
          resolve();
        };
        waiting.add(goOn);
        signal.addEventListener('abort', goOn);
        if (signal.aborted) goOn();
      }),
  };
}
