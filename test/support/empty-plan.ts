import type { Plan } from '../../core/documents/plan.ts';
import { emptySimplePlan } from '../../core/documents/simple/simple-plan.ts';

/** A plan of an allowlist that asks for nothing. */
export const emptyPlan: Plan = {
  version: 1,
  artifacts: [],
  add: [],
  change: [],
  drop: [],
  hotfix: [],
  second: [],
  entries: [],
  simple: emptySimplePlan,
  apart: [],
  problems: [],
  warnings: [],
  waiting: [],
  complete: true,
  decisions: {},
  alterations: {},
};
