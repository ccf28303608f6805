import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { netrcSecret } from '../../adapters/netrc-secret.ts';
import { type Cloud, startCloud } from '../cloud/start-cloud.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:upstreams-a1B2c3';

let cloud: Cloud;
let client: SecretsManagerClient;
let now = 0;
beforeEach(async () => {
  now = 0;
  cloud = await startCloud();
  cloud.secrets.set(arn, 'machine conda.example.org login me password hunter2');
  client = new SecretsManagerClient({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await cloud[Symbol.asyncDispose]();
});

const open = () => netrcSecret(arn, { client, clock: { now: () => now } });

describe('netrcSecret', () => {
  it('reads the netrc that is its text when it is first asked, and again five minutes later', async () => {
    const logins = open();
    expect(cloud.requests).toEqual([]);
    const both = await Promise.all([logins('conda.example.org'), logins('elsewhere.example.org')]);
    expect(both).toEqual([{ login: 'me', password: 'hunter2', isDefault: false }, null]);
    cloud.secrets.set(arn, 'machine conda.example.org login me password changed');
    now = 5 * 60 * 1000 - 1;
    expect((await logins('conda.example.org'))?.password).toBe('hunter2');
    expect(cloud.requests).toMatchObject([{ operation: 'GetSecretValue', resource: arn }]);
    now++;
    expect((await logins('conda.example.org'))?.password).toBe('changed');
    expect(cloud.requests).toHaveLength(2);
  });

  it.each([
    [{ status: 400, code: 'AccessDeniedException' }, false],
    [{ status: 400, code: 'ThrottlingException' }, true],
    [{ status: 500, code: 'InternalServiceError' }, true],
  ])('says why it cannot be read, and reads it when it can: %j', async (refuse, retry) => {
    cloud.fault = () => ({ refuse });
    const logins = open();
    await expect(logins('conda.example.org')).rejects.toMatchObject({
      code: 'usage.invalid',
      retry,
      message: `the secret ${arn} cannot be read (${refuse.code})`,
      hint: expect.stringContaining('netrcSecret'),
    });
    cloud.fault = () => undefined;
    expect((await logins('conda.example.org'))?.password).toBe('hunter2');
  });

  it('names the line of what is no netrc, and shows nothing of it', async () => {
    cloud.secrets.set(arn, '{"password":"hunter2"}');
    const refusal: unknown = await open()('conda.example.org').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'usage.invalid', retry: false });
    expect(String(refusal)).toContain(`the secret ${arn}, line 1: `);
    expect(JSON.stringify(refusal) + refusal).not.toContain('hunter2');
  });
});
