import { shown } from '../../archive/finding.ts';
import type { ContentsCheck } from '../check.ts';

/**
 * A dependency that the build before had not: axios 1.14.1 came with a new one, which nothing imported and which ran a
 * script. That what is named can be had at all is for the plan: what does not solve does not install.
 */
export const b4Depends: ContentsCheck = {
  id: 'B4',
  version: 1,
  async judge(subject, world) {
    const { facts } = subject;
    const previous = facts === null ? null : await world.previous(subject);
    if (facts === null || previous === null) return [];
    const [now, was] = [namesIn(facts.depends), namesIn(previous.facts.depends)];
    const added = [...now].filter((name) => !was.has(name));
    if (added.length === 0) return [];
    const removed = [...was].filter((name) => !now.has(name));
    const diff = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)].join(' ');
    const than = `${previous.facts.name} ${previous.facts.version}`;
    return [{ code: 'B4.new-dep', verdict: 'hold', detail: `depends on what ${than} did not: ${shown(diff)}` }];
  },
};

/** Names of packages; virtual ones (`__glibc`) are of the machine. */
const namesIn = (depends: readonly string[]): Set<string> =>
  new Set(depends.map((name) => name.toLowerCase()).filter((name) => !name.startsWith('__')));
