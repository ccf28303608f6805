import { shown } from '../../archive/finding.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { contentsCheck } from '../contents/contents-check.ts';

/** Where a wheel's files go: what is no regular file the reader refuses, and what leaves site-packages is told of. */
export const f5Places = contentsCheck({
  id: 'F5',
  version: 1,
  find: ({ kind, contents }) => {
    if (kind !== 'wheel') return [];
    const files = [...contents.members.keys()];
    return [
      ...told(
        'F5.scripts',
        files.filter((path) => /^[^/]+\.data\/scripts\//.test(path)),
        'among the commands',
      ),
      ...told(
        'F5.data',
        files.filter((path) => /^[^/]+\.data\/data\//.test(path)),
        "in the environment's own folder",
      ),
      ...files.flatMap(unknownScheme),
    ];
  },
});

/** 10 and 5 of 116 real wheels have such files: one firing each tells of them all. */
function told(code: string, [first, ...more]: readonly string[], where: string): Firing[] {
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return [{ code, verdict: 'warn', detail: `${shown(first)}${others} goes ${where}` }];
}

/** pip fails on it, and other installers put it elsewhere. */
function unknownScheme(path: string): Firing[] {
  const [, scheme] = /^[^/]+\.data\/([^/]*)/.exec(path) ?? [];
  if (scheme === undefined || /^(?:purelib|platlib|scripts|data|headers)$/.test(scheme)) return [];
  return [{ code: 'F5.scheme', verdict: 'reject', detail: `${shown(path)} goes nowhere that is known` }];
}
