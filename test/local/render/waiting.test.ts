import { expect, it } from 'vitest';
import type { Plan } from '../../../core/documents/plan.ts';
import { planJson, planText } from '../../../local/render/plan.ts';
import { planMarkdown } from '../../../local/render/plan-markdown.ts';
import { emptyPlan } from '../../support/empty-plan.ts';

const until = Date.UTC(2026, 11, 5, 9);
const plan: Plan = {
  ...emptyPlan,
  waiting: [
    { id: 'linux-64/openssl-3.5.4-0.conda', code: 'C2.young', detail: 'public since yesterday', until },
    { id: 'noarch/x-1.0-0.conda', code: 'D1.link-script', detail: 'bin/.x-post-link.sh | \u001b[31m', until: null },
    { id: 'noarch/y-1.0-0.conda', code: 'C3.unreachable', detail: 'no advisories', until: null },
  ],
  advisories: 'none',
};

it('what waits is a line each of a plan, but for want of advisories', () => {
  expect(planText(plan).split('\n').slice(1, -1)).toEqual([
    '. linux-64/openssl-3.5.4-0.conda  waits at the gate until 2026-12-05 09:00 UTC: C2.young: public since yesterday',
    expect.stringContaining('. noarch/x-1.0-0.conda  waits at the gate: D1.link-script: '),
    '2 files wait at the gate',
    'advisories: none',
  ]);
  expect(planText(plan)).not.toContain('\u001b');
  expect(planText(emptyPlan)).not.toMatch(/gate|advisories/);
});

it('is a table of the comment on a pull request, with until when', () => {
  const markdown = planMarkdown(plan);
  expect(markdown).toContain('### Waiting at the gate\n\n| file | check | until | why |');
  expect(markdown).toContain(
    '| `linux-64/openssl-3.5.4-0.conda` | `C2.young` | 2026-12-05 09:00 UTC | `public since yesterday` |',
  );
  expect(markdown).toContain('post-link.sh \\|');
  expect(markdown).toContain('Advisories: none');
  expect(markdown).not.toContain('noarch/y-1.0');
  expect(planMarkdown(emptyPlan)).not.toMatch(/gate|Advisories/);
});

it('is all there for programs', () => {
  expect(JSON.parse(planJson(plan))).toMatchObject({ waiting: plan.waiting, advisories: 'none' });
  expect(JSON.parse(planJson(emptyPlan))).not.toHaveProperty('advisories');
});
