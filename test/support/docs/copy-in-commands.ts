import { readFile } from 'node:fs/promises';

const page = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

/** The section of docs/operations.md on files that are copied in. */
export const copyInSection = /\n## Copy in by hand\n(.*?)\n## /s.exec(page)?.[1] ?? '';

/** The options of its line of AWS's command line for an operation, as the SDK names them: `--if-none-match '*'` is IfNoneMatch. */
export function copyInCommand(operation: 'put-object' | 'copy-object'): Record<string, string> {
  const line = copyInSection.split('\n').find((one) => one.startsWith(`aws s3api ${operation} `)) ?? '';
  const options = [...line.matchAll(/ --([a-z-]+) (?:'([^']*)'|(\S+))/g)];
  return Object.fromEntries(
    options.map(([, name = '', quoted, plain]) => [
      name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      quoted ?? plain ?? '',
    ]),
  );
}
