import { contentsCheck } from '../contents/contents-check.ts';

/**
 * One `.dist-info`, named as the file is and as `METADATA` says: the reader refuses all else. A line among the fields that
 * is none ends them to some readers and not to others.
 */
export const f2Names = contentsCheck({
  id: 'F2',
  version: 1,
  find: ({ kind, contents }) =>
    contents.findings
      .filter(({ code }) => kind === 'wheel' && code === 'metadata.line')
      .map(({ detail }) => ({ code: 'F2.line', verdict: 'warn' as const, detail })),
});
