import type { Deployed } from '../../../core/documents/deployed.ts';
import { sha256Schema } from '../../../core/names/digest.ts';

const place = (name: string) => ({
  queue: `https://sqs.invalid/1/${name}`,
  deadLetters: `https://sqs.invalid/1/${name}-dead`,
});

/** What a deployment says of its stack. */
export const deployedStack = (more: Partial<Deployed> = {}): Deployed => ({
  version: 1,
  stack: 'Gatehouse',
  region: 'eu-west-1',
  allowlist: sha256Schema.parse('ab'.repeat(32)),
  queues: {
    plan: place('plan'),
    job: place('job'),
    index: place('index'),
    proof: place('proof'),
    sweep: place('sweep'),
  },
  eventDeadLetters: 'https://sqs.invalid/1/events-dead',
  functions: { scraper: 'Gatehouse-scraper' },
  alarms: ['PlanDeadLettersAlarm', 'EntriesLostAlarm'],
  ...more,
});
