import { describe, expect, test } from 'vitest';
import { deployedSchema } from '../../../core/documents/deployed.ts';
import { parseJson } from '../../../core/json/json.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { full as template } from './templates.ts';

describe('what the stack is', () => {
  const [resource] = template.of('Custom::GatehouseDeployed');
  const said = resource?.Properties['deployed'];

  test('is told with every queue, function and alarm of the template', () => {
    const queues = template.of('AWS::SQS::Queue').map(({ id }) => id);
    const told = JSON.stringify(said);
    for (const id of queues) expect(told).toContain(`<${id}>`);
    const alarms = template.of('AWS::CloudWatch::Alarm').map(({ id }) => `<${id}>`);
    expect(said).toMatchObject({ alarms: expect.arrayContaining(alarms), stack: 'Gatehouse' });
    expect(alarms.length).toBeGreaterThan(20);
  });

  test('reads as the commands read it, once CloudFormation has put values in the place of references', () => {
    const values = JSON.stringify(said).replaceAll(
      /"<Channel\w*(?:Queue|DeadLetters)\w*>"/g,
      '"https://sqs.invalid/1/q"',
    );
    const known = deployedSchema.omit({ version: true });
    const deployed = parseJson(values, known, 'what the stack is');
    expect(deployed.channelUrl).toMatch(/^https:/);
  });

  test('changes with the allowlist, and without CloudFront has no URL', () => {
    expect(said).toMatchObject({ allowlist: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const [bare] = synthesize({ cdn: false }).of('Custom::GatehouseDeployed');
    expect(bare?.Properties['deployed']).not.toHaveProperty('channelUrl');
  });
});
