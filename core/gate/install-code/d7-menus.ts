import { shown } from '../../archive/finding.ts';
import type { ContentsCheck } from '../check.ts';
import { installFiles } from './install-files.ts';
import { saidUnlessKnown } from './said-unless-known.ts';

/**
 * Menu entries (`Menu/*.json`), of which clients make shortcuts whose commands people start. Spyder has one: what a
 * channel's first sync brings is warned of, and what is new or changed later is held.
 */
export const d7Menus: ContentsCheck = {
  id: 'D7',
  version: 1,
  judge(subject, world) {
    if (subject.reading.status !== 'read') return [];
    const files = installFiles(subject, subject.reading.contents).filter(({ role }) => role === 'menu');
    return saidUnlessKnown(files, { ...world, check: 'D7' }, ({ path }) => ({
      code: 'D7.menu',
      detail: `${shown(path)} makes shortcuts that run commands`,
      verdict: world.isFirst ? 'warn' : 'hold',
    }));
  },
};
