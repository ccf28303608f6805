import { Annotations, Aws } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';

type Told = Pick<Settings, 'alarms' | 'alarmTopic' | 'email'>;

interface Telling {
  readonly settings: Told;
  /** Encrypts the topic of the mails. */
  readonly encryptionKey?: IKey | undefined;
}

/** Who is told of alarms, in a sentence that says so plainly where nobody is. */
export function toldOfAlarms({ alarms, alarmTopic, email }: Told): string {
  if (!alarms) return 'NOBODY is told of failures: there are no alarms';
  const told = [alarmTopic, email].filter((one) => one !== undefined);
  return told.length > 0
    ? told.join(', ')
    : 'NOBODY is told of alarms: deploy with -c email=ADDRESS or -c alarmTopic=ARN';
}

/** Notifies the topic and the address of the settings; without either alarms show in CloudWatch alone, and synth warns of that. */
export function alarmActions(scope: Construct, { settings: told, encryptionKey }: Telling): IAlarmAction[] {
  const { alarmTopic, email } = told;
  if (alarmTopic === undefined && email === undefined) {
    Annotations.of(scope).addWarningV2('gatehouse:nobody-is-told', toldOfAlarms(told));
  }
  return [
    ...(alarmTopic === undefined ? [] : [new SnsAction(sns.Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopic))]),
    ...(email === undefined ? [] : [new SnsAction(mailedTopic(scope, email, encryptionKey))]),
  ];
}

function mailedTopic(scope: Construct, email: string, encryptionKey: IKey | undefined): sns.Topic {
  const topic = new sns.Topic(scope, 'Alarms', {
    enforceSSL: true,
    ...(encryptionKey && { masterKey: encryptionKey }),
  });
  // A policy of its own replaces the one by which every alarm of the account may publish.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'FromAlarms',
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  topic.addSubscription(new EmailSubscription(email));
  return topic;
}
