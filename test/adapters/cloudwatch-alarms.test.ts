import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { firingAlarms } from '../../adapters/cloudwatch-alarms.ts';

it('asks for no more than a hundred alarms at once, and for those alone that have gone off', async () => {
  const mock = mockClient(CloudWatchClient);
  const since = new Date(Date.UTC(2026, 10, 29));
  mock.on(DescribeAlarmsCommand).callsFake(({ AlarmNames: [first] }: { AlarmNames: string[] }) => ({
    MetricAlarms: [{ AlarmName: first, AlarmDescription: 'says', StateUpdatedTimestamp: since }],
  }));
  const names = Array.from({ length: 150 }, (_, i) => `alarm-${i}`);
  expect(await firingAlarms(names, 'eu-west-1')).toEqual([
    { name: 'alarm-0', says: 'says', since: since.getTime() },
    { name: 'alarm-100', says: 'says', since: since.getTime() },
  ]);
  const asked = mock.commandCalls(DescribeAlarmsCommand).map(({ args: [{ input }] }) => input);
  expect(asked.map(({ AlarmNames }) => AlarmNames?.length)).toEqual([100, 50]);
  expect(asked.map(({ StateValue }) => StateValue)).toEqual(['ALARM', 'ALARM']);
  mock.restore();
});
