import { expect, it } from 'vitest';
import type { Apart, Plan } from '../../../core/documents/plan.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { planJson, planText } from '../../../local/render/plan.ts';
import { planMarkdown } from '../../../local/render/plan-markdown.ts';
import { togetherTotals } from '../../../local/render/together.ts';
import { emptyPlan } from '../../support/empty-plan.ts';

const [linux, win] = ['linux-64', 'win-64'].map((text) => subdirSchema.parse(text));
const apart: readonly Apart[] = [
  {
    platforms: [linux, win].flatMap((one) => one ?? []),
    python: [],
    entries: ['orange3 ==3.29.3', 'orange3 ==3.30.1'],
    reason: 'one environment holds one version of orange3',
    upstream: 'unsolvable',
    environment: null,
  },
  {
    platforms: [linux].flatMap((one) => one ?? []),
    python: ['3.11', '3.12'],
    entries: ['jupyterlab ==3.1.3', 'spyder ==5.0.4'],
    reason: 'jupyterlab ==3.1.3 needs jedi >=0.18, spyder ==5.0.4 needs jedi ==0.17.2',
    upstream: 'solves',
    environment: { together: ['jupyterlab ==3.1.3', 'spyder ==5.0.4'] },
  },
  {
    platforms: [linux].flatMap((one) => one ?? []),
    python: [],
    entries: ['a', 'b | \u001b[31m'],
    reason: 'of what was chosen for them, nothing fits all',
    upstream: 'untried',
    environment: { 'together-2': ['a', 'b | \u001b[31m'] },
  },
];
const plan: Plan = { ...emptyPlan, together: { apart: [...apart], more: true } };

it('is told in lines below the plan: which, where, why, and what to do', () => {
  expect(planText(plan)).toBe(`0 packages needed: 0 to fetch, 0 to change, 0 to drop
each installs, but not into one environment:
  orange3 ==3.29.3 with orange3 ==3.30.1 (linux-64, win-64)
    one environment holds one version of orange3
    no other versions upstream go together either
  jupyterlab ==3.1.3 with spyder ==5.0.4 (linux-64 with python 3.11, 3.12)
    jupyterlab ==3.1.3 needs jedi >=0.18, spyder ==5.0.4 needs jedi ==0.17.2
    other versions do: add to the allowlist
    "environments": {"together":["jupyterlab ==3.1.3","spyder ==5.0.4"]}
  a with b | \ufffd[31m (linux-64)
    of what was chosen for them, nothing fits all
    other versions may: try in the allowlist
    "environments": {"together-2":["a","b | \\u001b[31m"]}
  and perhaps others: not all were looked for
`);
  expect(planText(emptyPlan)).not.toContain('environment');
});

it('is a table of the comment on a pull request with the same facts', () => {
  const markdown = planMarkdown(plan);
  expect(markdown).toContain(`### Not into one environment

| entries | where | why | what to do |
| --- | --- | --- | --- |
| \`orange3 ==3.29.3\`<br>\`orange3 ==3.30.1\` | \`linux-64, win-64\` | \`one environment holds one version of orange3\` | \`no other versions upstream go together either\` |
`);
  expect(markdown).toContain('| `"environments": {"together":["jupyterlab ==3.1.3","spyder ==5.0.4"]}` |'.slice(2));
  expect(markdown).toContain('| and perhaps others: not all were looked for |  |  |  |');
  expect(markdown).not.toContain('\u001b');
  expect(planMarkdown(emptyPlan)).not.toContain('environment');
});

it('is all there for programs, and empty where all go together', () => {
  expect(JSON.parse(planJson(plan))).toMatchObject({ together: plan.together });
  expect(JSON.parse(planJson(emptyPlan))).toMatchObject({ together: { apart: [], more: false } });
});

it('is counted in a line of a sync, each group once', () => {
  const twice = { apart: [...apart, ...apart], more: false };
  expect(togetherTotals({ together: twice })).toEqual([
    '3 groups of entries do not go into one environment: gatehouse plan says which, and --json too',
  ]);
  expect(togetherTotals(emptyPlan)).toEqual([]);
});
