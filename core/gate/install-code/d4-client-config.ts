import { shown } from '../../archive/finding.ts';
import type { ContentsCheck } from '../check.ts';
import { installFiles } from './install-files.ts';
import { saidUnlessKnown } from './said-unless-known.ts';

/**
 * Files by which conda, mamba or pip take packages from elsewhere, or run code of others: their configuration in the
 * environment's folder, and plugins of conda, which it loads at every command.
 */
export const d4ClientConfig: ContentsCheck = {
  id: 'D4',
  version: 1,
  judge(subject, world) {
    if (subject.reading.status !== 'read') return [];
    const files = installFiles(subject, subject.reading.contents);
    return saidUnlessKnown(
      files.filter(({ role }) => role === 'config' || role === 'plugin'),
      { ...world, check: 'D4' },
      ({ role, path }) =>
        role === 'config'
          ? { code: 'D4.config', detail: `${shown(path)} configures a client`, verdict: 'hold' }
          : { code: 'D4.plugin', detail: `${shown(path)} names a plugin of conda`, verdict: 'hold' },
    );
  },
};
