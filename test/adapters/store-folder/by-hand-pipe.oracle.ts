import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { at, place, store, useTouchedStore } from '../../support/store/touched-store.ts';

useTouchedStore();

// Node makes none: the tool that does is not on a machine that has npm alone.
it('a list names a pipe, lists the rest, and waits for nobody to write into it', async () => {
  await place(at('conda/noarch/real'), 'x');
  execFileSync('mkfifo', [at('conda/noarch/pipe')]);
  const seen: string[] = [];
  const keys: string[] = [];
  const tell = ({ path, kind }: { path: string; kind: string }) => seen.push(`${kind} ${path}`);
  for await (const head of store.list('conda/', tell)) keys.push(head.key);
  expect(keys).toEqual(['conda/noarch/real']);
  expect(seen).toContain('pipe conda/noarch/pipe');
});
