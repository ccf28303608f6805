import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { answerCloudFormation, copyRepositoryFiles } from '../../lambdas/deploy-files.ts';

describe('deploy-files', () => {
  const identity = { StackId: 's', RequestId: 'r', LogicalResourceId: 'l', ResponseURL: 'https://cfn.invalid/answer' };
  const clock = { sleep: async () => {} };
  const file = (target: string, hash: string) => ({ bucket: 'cdk-assets', key: `${hash}.json`, target });
  const answered = async (event: object) => {
    const mock = mockClient(S3Client);
    const answers: unknown[] = [];
    await copyRepositoryFiles(
      { ...identity, ...event },
      {
        bucket: 'channel',
        client: new S3Client({ region: 'us-east-1' }),
        clock,
        answer: async (to, body) => void answers.push([to, JSON.parse(body)]),
      },
    );
    const copies = mock
      .commandCalls(CopyObjectCommand)
      .map(({ args: [{ input }] }) => `${input.CopySource} ${input.Key}`);
    const puts = mock.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => `${input.Key} ${input.Body}`);
    const deletes = mock.commandCalls(DeleteObjectCommand).map(({ args: [{ input }] }) => input.Key);
    mock.restore();
    return { answers, copies, puts, deletes };
  };
  const succeeded = [
    identity.ResponseURL,
    { StackId: 's', RequestId: 'r', LogicalResourceId: 'l', PhysicalResourceId: 'gatehouse-files', Status: 'SUCCESS' },
  ];
  const patches = '_gatehouse/patches/linux-64.json';

  it('copies the allowlist last, after the hotfixes it goes with', async () => {
    const files = [file('_gatehouse/allowlist.json', 'aa'), file(patches, 'bb')];
    const { answers, copies } = await answered({ RequestType: 'Create', ResourceProperties: { files } });
    expect(copies).toEqual([`cdk-assets/bb.json ${patches}`, 'cdk-assets/aa.json _gatehouse/allowlist.json']);
    expect(answers).toEqual([succeeded]);
  });

  it('leaves no hotfixes in force that left the repository, and deletes nothing', async () => {
    const files = [file('_gatehouse/allowlist.json', 'aa')];
    const OldResourceProperties = { files: [...files, file(patches, 'bb')] };
    const updated = await answered({ RequestType: 'Update', ResourceProperties: { files }, OldResourceProperties });
    expect(updated.puts).toEqual([`${patches} {"patch_instructions_version":1}`]);
    const deleted = await answered({ RequestType: 'Delete', ResourceProperties: { files } });
    expect(deleted).toEqual({ answers: [succeeded], copies: [], puts: [], deletes: [] });
  });

  it('says in the bucket what the stack is, for as long as it is', async () => {
    const url = 'https://sqs.invalid/1/q';
    const place = { queue: url, deadLetters: url };
    const deployed = {
      stack: 'Gatehouse',
      region: 'eu-west-1',
      allowlist: 'ab'.repeat(32),
      queues: { plan: place, job: place, index: place, proof: place, sweep: place },
      eventDeadLetters: url,
      functions: { scraper: 'f' },
      alarms: ['a'],
    };
    const told = await answered({ RequestType: 'Create', ResourceProperties: { deployed } });
    const written = told.puts.map((put) => put.replace(/^\S+ /, ''));
    expect(told.puts).toEqual([expect.stringMatching(/^_gatehouse\/deployed\.json /)]);
    expect(written.map((text) => JSON.parse(text))).toEqual([{ version: 1, ...deployed }]);
    const PhysicalResourceId = 'gatehouse-deployed';
    expect(told.answers).toEqual([[identity.ResponseURL, expect.objectContaining({ PhysicalResourceId })]]);
    const gone = await answered({ RequestType: 'Delete', PhysicalResourceId, ResourceProperties: { deployed } });
    expect(gone).toMatchObject({ copies: [], puts: [], deletes: ['_gatehouse/deployed.json'] });
    const refused = await answered({ RequestType: 'Create', ResourceProperties: { deployed: { stack: 'x' } } });
    expect(refused.answers).toMatchObject([[identity.ResponseURL, { Status: 'FAILED', PhysicalResourceId }]]);
  });

  it('waits until its role may read a changed file, for a policy takes a moment to hold, and not for ever', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const deployed = async (denials: number) => {
      let asked = 0;
      const send = async (): Promise<void> => {
        asked += 1;
        if (asked <= denials) throw denied;
      };
      const answers: string[] = [];
      const answer = async (_url: string, body: string) => void answers.push(body);
      const files = [file('_gatehouse/allowlist.json', 'aa')];
      const event = { ...identity, RequestType: 'Create', ResourceProperties: { files } };
      await copyRepositoryFiles(event, { bucket: 'channel', client: { send }, clock, answer });
      return answers.join();
    };
    expect(await deployed(5)).toContain('SUCCESS');
    expect(await deployed(1000)).toContain('FAILED');
  });

  it('keeps its reason within the 4,096 bytes that CloudFormation reads', async () => {
    const send = async (): Promise<never> => {
      throw new Error('x'.repeat(5000));
    };
    const answers: string[] = [];
    const answer = async (_url: string, body: string) => void answers.push(body);
    const files = [file('_gatehouse/allowlist.json', 'aa')];
    const event = { ...identity, RequestType: 'Create', ResourceProperties: { files } };
    await copyRepositoryFiles(event, { bucket: 'channel', client: { send }, clock, answer });
    expect(answers).toEqual([expect.stringContaining('FAILED')]);
    expect(answers[0]?.length).toBeLessThan(4096);
  });

  it.each(['conda/linux-64/a-1-0.conda', '_gatehouse/control/conda/linux-64.json', '_gatehouse/patches/x y.json'])(
    'writes nothing to %s, and says why',
    async (target) => {
      const files = [file(target, 'aa')];
      const { answers, copies } = await answered({ RequestType: 'Create', ResourceProperties: { files } });
      expect(copies).toEqual([]);
      expect(answers).toMatchObject([
        [identity.ResponseURL, { Status: 'FAILED', Reason: expect.stringMatching(/target/) }],
      ]);
    },
  );
});

/** A presigned URL as CloudFormation makes it: no Content-Type is part of its signature. */
async function presigned(failing: number) {
  const taken: string[] = [];
  let asked = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const isSigned = request.method === 'PUT' && (request.headers['content-type'] ?? '') === '';
    response.statusCode = isSigned ? 200 : 403;
    if (++asked <= failing) response.statusCode = 503;
    if (response.statusCode === 200) taken.push(body);
    response.end('<Answer/>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${address.port}/?Signature=x`, taken, [Symbol.asyncDispose]: close };
}

describe('the answer to CloudFormation', () => {
  it('is taken by a URL that is signed without Content-Type', async () => {
    await using place = await presigned(0);
    await answerCloudFormation(place.url, '{"Status":"SUCCESS"}', 0);
    expect(place.taken).toEqual(['{"Status":"SUCCESS"}']);
  });

  it('is put again when S3 has trouble, and its refusal is an error', async () => {
    await using passing = await presigned(2);
    await answerCloudFormation(passing.url, '{}', 0);
    expect(passing.taken).toEqual(['{}']);
    await using broken = await presigned(3);
    await expect(answerCloudFormation(broken.url, '{}', 0)).rejects.toThrow('status 503');
  });
});
