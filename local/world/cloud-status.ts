import type { FiringAlarm } from '../../adapters/cloudwatch-alarms.ts';
import type { Deployed } from '../../core/documents/deployed.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';

interface DeadLetterCount {
  /** `plan`, `job`, …, or `events`. */
  readonly queue: string;
  readonly messages: number;
}

/** What only the cloud's own services know of a stack. */
export interface CloudStatus {
  /** Of each queue; null where these credentials may not count them. */
  readonly deadLetters: readonly DeadLetterCount[] | null;
  /** Those that have gone off; null where these credentials may not read them. */
  readonly alarms: readonly FiringAlarm[] | null;
  /** What could not be read, and why. Nothing is known to be wrong there. */
  readonly unread: readonly Problem[];
}

/** Counts a stack's dead letters, and asks for its alarms. Who may not do one of the two gets the other. */
export async function readCloudStatus(stack: Deployed): Promise<CloudStatus> {
  const unread: Problem[] = [];
  const orUnread = async <T>(subject: string, right: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      unread.push(unreadProblem(subject, right, error));
      return null;
    }
  };
  const [deadLetters, alarms] = await Promise.all([
    orUnread('dead letters', 'sqs:GetQueueAttributes', () => countDeadLetters(stack)),
    orUnread('alarms', 'cloudwatch:DescribeAlarms', () => readAlarms(stack)),
  ]);
  return { deadLetters, alarms, unread };
}

async function countDeadLetters({ queues, eventDeadLetters, region }: Deployed): Promise<DeadLetterCount[]> {
  const { stackQueues } = await import('../../adapters/stack-queues.ts');
  const { count } = stackQueues(region);
  const urls = [
    ...Object.entries(queues).map(([queue, { deadLetters }]) => ({ queue, url: deadLetters })),
    { queue: 'events', url: eventDeadLetters },
  ];
  return Promise.all(
    urls.map(async ({ queue, url }) => {
      const { waiting, atWork } = await count(url);
      return { queue, messages: waiting + atWork };
    }),
  );
}

async function readAlarms({ alarms, region }: Deployed): Promise<FiringAlarm[]> {
  const { firingAlarms } = await import('../../adapters/cloudwatch-alarms.ts');
  return firingAlarms(alarms, region);
}

const unreadProblem = (subject: string, right: string, error: unknown): Problem => ({
  code: 'status.unread',
  subject,
  detail: `could not be read: ${error instanceof GatehouseError ? error.message : String(error)}`,
  hint: `these credentials need ${right}`,
});

const whereTold = 'look at them as docs/operations.md says under Redrive';

/** What makes a stack not well. */
export const cloudProblems = ({ deadLetters, alarms }: CloudStatus): Problem[] => [
  ...(deadLetters ?? [])
    .filter(({ messages }) => messages > 0)
    .map(({ queue, messages }) => ({
      code: 'status.dead-letters',
      subject: `${queue} dead letters`,
      detail: `${messages === 1 ? '1 message was' : `${messages} messages were`} given up`,
      hint: whereTold,
    })),
  ...(alarms ?? []).map(({ name, says }) => ({ code: 'status.alarm', subject: name, detail: says })),
];
