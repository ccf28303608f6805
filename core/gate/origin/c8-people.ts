import { daysInMs } from '../../documents/gate/policy.ts';
import { shownLine } from '../../problems/shown-text.ts';
import type { ContentsCheck } from '../check.ts';

const newMs = daysInMs(30);
const maxNamed = 5;

/** C8: a release of these days by people who did not keep the recipe of the build before it. */
export const c8People: ContentsCheck = {
  id: 'C8',
  version: 1,
  judge: async (subject, { previous, now }) => {
    const { facts, published } = subject;
    if (facts === null || published === null || now - published.at >= newMs) return [];
    const before = await previous(subject);
    if (before === null || before.facts.maintainers.length === 0) return [];
    const joined = facts.maintainers.filter((name) => !before.facts.maintainers.includes(name));
    if (joined.length === 0) return [];
    const named = joined.slice(0, maxNamed).map(shownLine).join(', ');
    return [{ code: 'C8.joined', verdict: 'hold', detail: `new among its recipe's maintainers: ${named}` }];
  },
};
