import type { ContentsCheck } from '../check.ts';
import { startUpFirings } from '../install-code/start-up-firings.ts';

/** As D3, of a wheel: its `.data` folders go to the same places when it is installed. */
export const f7StartUp: ContentsCheck = {
  id: 'F7',
  version: 1,
  judge: (subject, world) => (subject.kind === 'wheel' ? startUpFirings(subject, world, codes) : []),
};

const codes = {
  import: 'F7.import',
  start: 'F7.start',
  customize: 'F7.customize',
  'customize-elsewhere': 'F7.customize-elsewhere',
  shim: 'F7.shim',
  'python-paths': 'F7.python-paths',
  unread: 'F7.unread',
};
