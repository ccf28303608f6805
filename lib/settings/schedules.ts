import type { Settings } from './settings.ts';

/** By what the clock starts, EventBridge's expressions; without those that are off. */
interface Schedules {
  readonly sync?: string;
  readonly reconcile: string;
  readonly prune: string;
  readonly sweep?: string;
}

/** The rules that start work; the scraper watches whether they do (core/steps/cloud-run/watch.ts). */
export const schedulesOf = ({ schedule, sweep }: Settings): Schedules => ({
  ...(schedule !== 'off' && { sync: schedule }),
  reconcile: 'rate(1 day)',
  prune: 'rate(7 days)',
  ...(sweep !== 'off' && { sweep }),
});
