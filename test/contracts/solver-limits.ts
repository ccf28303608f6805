import { expect, it } from 'vitest';
import { candidate } from '../support/solver/candidates.ts';
import type { SolverQuestions } from './solver-questions.ts';

/** What keeps a solver from choosing, and how it says so. */
export function solverLimits({ keysOf, whyNot }: SolverQuestions): void {
  it('says in words why nothing can be chosen', async () => {
    const apart = [
      candidate('top 1', { depends: ['left', 'right'] }),
      candidate('left 1', { depends: ['bottom >=2'] }),
      candidate('right 1', { depends: ['bottom <2'] }),
      candidate('bottom 1'),
      candidate('bottom 2'),
    ];
    const text = await whyNot(apart, ['top']);
    for (const words of ['left 1', 'right 1', 'bottom >=2', 'bottom <2', '\n']) expect(text).toContain(words);
    expect(text).toMatch(/[├└]─ /);
    expect(text).toBe(text.trim());
    expect(text).not.toMatch(/[^\S\n]$|https?:/m);
  });

  it('names what is missing', async () => {
    expect(await whyNot([], ['nothing-like-it'])).toContain('nothing-like-it');
    expect(await whyNot([candidate('a 1', { depends: ['gone >=3'] })], ['a'])).toContain('gone >=3');
    expect(await whyNot([candidate('a 1')], ['a >=2'])).toContain('a >=2');
  });

  it('keeps to constrains, and brings nothing for them', async () => {
    const a = candidate('a 1', { constrains: ['b <2'] });
    expect(await keysOf([a, candidate('b 1')], ['a'])).toEqual(['noarch/a-1-0.conda']);
    const keys = await keysOf([a, candidate('b 1'), candidate('b 2')], ['a', 'b']);
    expect(keys).toEqual(['noarch/a-1-0.conda', 'noarch/b-1-0.conda']);
    expect(await whyNot([a, candidate('b 2')], ['a', 'b'])).toContain('b <2');
  });

  it('holds virtual packages against depends and constrains', async () => {
    const needs = (spec: string) => candidate('a 1', { depends: [spec] });
    const limits = (spec: string) => candidate('a 1', { constrains: [spec] });
    for (const spec of ['__glibc >=2.17', '__unix', '__archspec 1 x86_64', '__linux >=4']) {
      expect(await keysOf([needs(spec)], ['a']), spec).toEqual(['noarch/a-1-0.conda']);
      expect(await keysOf([limits(spec)], ['a']), spec).toEqual(['noarch/a-1-0.conda']);
    }
    for (const spec of ['__glibc >=2.29', '__archspec 1 skylake', '__linux <5']) {
      expect(await whyNot([needs(spec)], ['a']), spec).toContain(spec.split(' ')[0]);
      expect(await whyNot([limits(spec)], ['a']), spec).toContain(spec.split(' ')[0]);
    }
    expect(await whyNot([needs('__cuda >=12')], ['a'])).toContain('__cuda >=12');
    expect(await keysOf([limits('__cuda >=12')], ['a'])).toEqual(['noarch/a-1-0.conda']);
  });

  it('goes round circles', async () => {
    const circle = [
      candidate('python 3', { depends: ['pip'] }),
      candidate('pip 2', { depends: ['python >=3', 'wheel'] }),
      candidate('wheel 1', { depends: ['python', 'pip <3'] }),
    ];
    expect(await keysOf(circle, ['wheel'])).toHaveLength(3);
    const broken = candidate('pip 2', { depends: ['python >=3', 'wheel', 'gone'] });
    expect(await whyNot([...circle.slice(0, 1), broken, ...circle.slice(2)], ['wheel'])).toContain('gone');
  });
}
