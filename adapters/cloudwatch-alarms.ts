import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';

/** An alarm that has gone off. */
export interface FiringAlarm {
  readonly name: string;
  /** What it says, and which section of docs/operations.md says what to do. */
  readonly says: string;
  /** Milliseconds since the epoch: since when; null where CloudWatch does not say. */
  readonly since: number | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const maxNamesInRequest = 100;
/** Milliseconds; the SDK's own default is to wait for ever. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/**
 * Those of some alarms that have gone off.
 *
 * @throws Error of the SDK's
 */
export async function firingAlarms(
  names: readonly string[],
  region: string,
  client: Pick<CloudWatchClient, 'send'> = new CloudWatchClient({ region, requestHandler: timeouts }),
): Promise<FiringAlarm[]> {
  const firing: FiringAlarm[] = [];
  for (let at = 0; at < names.length; at += maxNamesInRequest) {
    const AlarmNames = names.slice(at, at + maxNamesInRequest);
    const command = new DescribeAlarmsCommand({ AlarmNames, StateValue: 'ALARM', MaxRecords: maxNamesInRequest });
    const { MetricAlarms = [] } = await client.send(command);
    for (const { AlarmName: name = '', AlarmDescription: says = '', StateUpdatedTimestamp: since } of MetricAlarms)
      firing.push({ name, says, since: since?.getTime() ?? null });
  }
  return firing;
}
