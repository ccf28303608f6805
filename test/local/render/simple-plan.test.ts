import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../core/documents/plan.ts';
import { simplePlanSchema } from '../../../core/documents/simple/simple-plan.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { planJson, planText } from '../../../local/render/plan.ts';
import { planMarkdown } from '../../../local/render/plan-markdown.ts';
import { emptyPlan } from '../../support/empty-plan.ts';

const file = (project: string, fileName: string, more = {}) => ({
  ...{ project, fileName, release: '1.0', index: 'https://a.example/simple', url: `https://a.example/${fileName}` },
  ...{ size: 2048, sha256: sha256Of(fileName), uploadTime: null, why: ['pypi:demo ==1.0'] },
  ...more,
});
const outcome = (python: string, status: string) => ({
  ...{ entry: 'pypi:demo ==1.0', platform: 'linux-64', python, status },
  ...{ files: status === 'solved' ? ['simple/demo/a.whl'] : [], explanation: status === 'solved' ? null : 'no' },
});

const plan: Plan = {
  ...emptyPlan,
  simple: simplePlanSchema.parse({
    files: [
      file('b', 'b-1.0-py3-none-any.whl'),
      file('demo', 'demo-1.0-0gatehouse1-py3-none-any.whl', { sdist: 'demo-1.0.tar.gz', requiresPython: '<3.9' }),
    ],
    add: ['simple/demo/demo-1.0-0gatehouse1-py3-none-any.whl'],
    drop: ['simple/c/c-1.0-py3-none-any.whl'],
    change: ['simple/b/b-1.0-py3-none-any.whl'],
    entries: [outcome('3.8', 'solved'), outcome('3.12', 'unsolvable')],
    decisions: {},
    alterations: {},
  }),
};

describe('what pip gets', () => {
  it('is on lines of its own, with its own sum', () => {
    expect(planText(plan)).toBe(
      [
        '0 packages needed: 0 to fetch, 0 to change, 0 to drop',
        '+ simple/demo/demo-1.0-0gatehouse1-py3-none-any.whl (2.0 kB)  for pypi:demo ==1.0, read from demo-1.0.tar.gz',
        '~ simple/b/b-1.0-py3-none-any.whl  its yank or its bound on python changes',
        '- simple/c/c-1.0-py3-none-any.whl',
        'for pip: 2 files needed: 1 to fetch (2.0 kB), 1 to change, 1 to drop',
        '',
      ].join('\n'),
    );
    expect(planText(emptyPlan)).not.toContain('pip');
  });

  it('has no size where the index does not say one', () => {
    const files = plan.simple.files.map((one) => ({ ...one, size: null }));
    const unsized = { ...plan, simple: { ...plan.simple, files } };
    expect(planText(unsized)).toContain('for pip: 2 files needed: 1 to fetch, 1 to change, 1 to drop');
    expect(planMarkdown(unsized)).toContain('| `demo-1.0.tar.gz` |  |');
  });

  it('has tables of its own in Markdown', () => {
    const markdown = planMarkdown(plan);
    expect(markdown).toContain(
      '### Entries for pip\n\n| entry | platform | pythons | files |\n| --- | --- | --- | --- |\n| `pypi:demo ==1.0` | linux-64 | 3.8 | 1 |',
    );
    expect(markdown).toContain('### Fetch for pip');
    expect(markdown).toContain('| `demo-1.0.tar.gz` | 2.0 kB |');
    expect(markdown).toContain('### Drop for pip');
    expect(planMarkdown(emptyPlan)).not.toContain('pip');
  });

  it('is no failure in Markdown where one client alone can have an entry', () => {
    const entry = 'pypi:demo ==1.0';
    const conda = {
      entry,
      platform: subdirSchema.parse('linux-64'),
      python: null,
      artifacts: ['noarch/a'],
      explanation: null,
    };
    const unsolved = { ...conda, status: 'unsolvable' as const, artifacts: [] };
    const warnings = [{ code: 'pypi.pip-only', subject: entry, detail: 'no wheel for every platform' }];
    expect(planMarkdown({ ...plan, entries: [unsolved], warnings })).toContain(
      `| \`${entry}\` | linux-64 |  | for pip alone |`,
    );
    expect(planMarkdown({ ...plan, entries: [unsolved] })).toContain(`| \`${entry}\` | linux-64 |  | **unsolvable** |`);
    const simple = simplePlanSchema.parse({ ...plan.simple, entries: [outcome('3.12', 'unsolvable')] });
    const solved = { ...conda, status: 'solved' as const };
    expect(planMarkdown({ ...plan, entries: [solved], simple })).toContain('|  | for conda alone |');
    expect(planMarkdown({ ...plan, simple })).toContain('|  | **unsolvable** |');
  });

  it('is in the JSON, with what each file is read from', () => {
    const { simple } = JSON.parse(planJson(plan));
    expect(simple).toMatchObject({ add: plan.simple.add, drop: plan.simple.drop, change: plan.simple.change });
    expect(simple.files[1]).toMatchObject({
      readFrom: 'demo-1.0.tar.gz',
      requiresPython: '<3.9',
      why: ['pypi:demo ==1.0'],
    });
    expect(simple.entries).toHaveLength(2);
  });
});
