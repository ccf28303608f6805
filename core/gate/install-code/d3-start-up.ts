import type { ContentsCheck } from '../check.ts';
import { startUpFirings } from './start-up-firings.ts';

/** Files of a package that Python runs whenever it starts, whether or not anybody imports what they came with. */
export const d3StartUp: ContentsCheck = {
  id: 'D3',
  version: 1,
  judge: (subject, world) => (subject.kind === 'package' ? startUpFirings(subject, world, codes) : []),
};

const codes = {
  import: 'D3.import',
  start: 'D3.start',
  customize: 'D3.customize',
  'customize-elsewhere': 'D3.customize-elsewhere',
  shim: 'D3.shim',
  'python-paths': 'D3.python-paths',
  unread: 'D3.unread',
};
