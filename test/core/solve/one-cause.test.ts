import { describe, expect, it } from 'vitest';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { Problem } from '../../../core/problems/problem.ts';
import { notTried, oneForEachUpstream, withoutRepeats } from '../../../core/solve/telling/one-cause.ts';

const channel = 'https://c.example/conda-forge';
const linux = subdirSchema.parse('linux-64');

const unreachable = (subject: string, url: string): Problem => ({
  code: 'upstream.unreachable',
  subject,
  detail: `no answer from ${url} (refused)`,
});
const status = (subject: string, url: string): Problem => ({
  code: 'upstream.status',
  subject,
  detail: `${url} answered with status 403`,
});
const missing = (subject: string, url: string): Problem => ({
  code: 'upstream.missing',
  subject,
  detail: `${url} is no channel: it has neither noarch nor ${subject}`,
});

describe('problems of upstreams', () => {
  it.each([
    [
      'a server that does not answer',
      [unreachable('linux-64', `${channel}/noarch/a`), unreachable('b', `${channel}/b`)],
    ],
    [
      'a channel, for two subdirs',
      [status('linux-64', `${channel}/linux-64/r.json`), status('win-64', `${channel}/win-64/r.json`)],
    ],
    ['a channel, for two names', [status('a', `${channel}/noarch/shards/a`), status('b', `${channel}/win-64/b`)]],
    [
      'an index, for two projects',
      [status('pypi:a', 'https://pypi.example/simple/a/'), status('pypi:b', 'https://pypi.example/simple/b-c/')],
    ],
  ])('of %s are one', (_, problems) => {
    const [first, last] = problems;
    const { subject, detail } = oneForEachUpstream(problems)[0] ?? {};
    expect([oneForEachUpstream(problems).length, subject]).toEqual([1, `${first?.subject}, ${last?.subject}`]);
    expect(detail).toBe(`${first?.detail}; and so 1 other there`);
  });

  it('of a netrc that cannot be read are one, and its entries are not tried', () => {
    const broken = { code: 'usage.invalid', detail: '~/.netrc, line 1: a word that netrc does not have' } as const;
    const problems: Problem[] = [
      { ...broken, subject: 'linux-64' },
      { ...broken, subject: 'win-64' },
    ];
    expect(oneForEachUpstream(problems)).toEqual([{ ...broken, subject: 'linux-64, win-64' }]);
    const outcome = { entry: 'a', platform: linux, python: null, status: 'failed' as const, artifacts: [] };
    const [told] = withoutRepeats([{ ...outcome, explanation: broken.detail }], problems);
    expect(told?.explanation).toBe(notTried);
  });

  it('of a channel that is not there are one, with its platforms', () => {
    expect(oneForEachUpstream([missing('linux-64', channel), missing('win-64', channel)])).toEqual([
      {
        ...missing('win-64', channel),
        subject: 'linux-64, win-64',
        detail: `${channel} is no channel: it has neither noarch nor linux-64 nor win-64`,
      },
    ]);
  });

  it.each([
    ['two servers', [unreachable('a', 'https://a.example/x'), unreachable('a', 'https://b.example/x')]],
    [
      'two channels of a server',
      [status('linux-64', `${channel}/noarch/r`), status('linux-64', 'https://c.example/bioconda/noarch/r')],
    ],
    ['two channels that are not there', [missing('linux-64', channel), missing('linux-64', `${channel}-2`)]],
    [
      'two projects in quarantine',
      [
        { ...status('a', 'https://i/simple/a/'), code: 'upstream.quarantined' },
        { ...status('b', 'https://i/simple/b/'), code: 'upstream.quarantined' },
      ],
    ],
    [
      'records of a name',
      [
        { code: 'record.invalid', subject: 'a', detail: 'x' },
        { code: 'record.invalid', subject: 'b', detail: 'x' },
      ],
    ],
  ])('of %s stay apart', (_, problems) => {
    expect(oneForEachUpstream(problems)).toEqual(problems);
  });

  it('names ten subjects, and counts the others', () => {
    const problems = Array.from({ length: 12 }, (_, i) => unreachable(`p${i}`, `${channel}/x`));
    expect(oneForEachUpstream(problems)).toEqual([
      { ...unreachable('', `${channel}/x`), subject: 'p0, p1, p2, p3, p4, p5, p6, p7, p8, p9 and 2 more' },
    ]);
  });
});

it('an entry that failed for what is told is not tried, and any other keeps its reason', () => {
  const failed = (explanation: string) => ({
    entry: 'a',
    platform: linux,
    python: null,
    status: 'failed' as const,
    artifacts: [],
    explanation,
  });
  const told = status('linux-64', channel);
  const outcomes = [failed(told.detail), failed('the solver failed: broke')];
  const problems = [told, { code: 'entry.unsolvable', subject: 'a', detail: 'the solver failed: broke' }];
  expect(withoutRepeats(outcomes, problems).map(({ explanation }) => explanation)).toEqual([
    notTried,
    'the solver failed: broke',
  ]);
});
