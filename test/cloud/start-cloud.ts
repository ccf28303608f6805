import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Answer, type Question, Refusal } from './answer.ts';
import { answerSecrets, isOfSecrets, secretsRefusalAnswer, secretsRequest } from './answer-secrets.ts';
import { type CloudTime, cloudTime } from './cloud-time.ts';
import type { CloudRequest, Fault, FaultOf } from './fault.ts';
import { answerS3, s3RefusalAnswer, s3Request } from './s3/answer-s3.ts';
import { newS3World, type S3World } from './s3/s3-world.ts';
import { answerSqs, sqsRefusalAnswer, sqsRequest } from './sqs/answer-sqs.ts';
import { newSqsWorld, type SqsWorld } from './sqs/sqs-world.ts';

export interface CloudOptions {
  /** Objects a page of a list, at most; S3's is 1000. */
  readonly maxKeys?: number;
}

/** A small AWS in this process, over real HTTP: S3 by path, SQS by its JSON protocol, and the secrets that there are. */
export interface Cloud extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** What the SDK and the command line need in their environment to come here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly time: CloudTime;
  readonly s3: S3World;
  readonly sqs: SqsWorld;
  /** Of Secrets Manager: the text of each by its ARN. */
  readonly secrets: Map<string, string>;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly CloudRequest[];
  /** What this cloud itself broke at; empty for as long as it is sound. */
  readonly bugs: readonly unknown[];
  /** Says what goes wrong with a request; may be replaced at any time. */
  fault: FaultOf;
  /** Whether whoever asks may; everyone, until it is replaced. */
  mayDo: (request: CloudRequest) => boolean;
}

export async function startCloud({ maxKeys = 1000 }: CloudOptions = {}): Promise<Cloud> {
  const requests: CloudRequest[] = [];
  const bugs: unknown[] = [];
  const ending = new AbortController();
  // As patient as AWS: who reuses a connection at the moment it is closed is reset.
  const server = createServer({ keepAliveTimeout: 300_000 }, (request, response) => {
    serve(cloud, requests, { request, response, ending: ending.signal }).catch((error: unknown) => {
      // Who hung up breaks nothing.
      if (!request.destroyed) bugs.push(error);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const time = cloudTime();
  const cloud: Cloud = {
    endpoint,
    environment: environmentOf(endpoint),
    time,
    s3: newS3World(time, maxKeys),
    sqs: newSqsWorld(time, endpoint),
    secrets: new Map(),
    requests,
    bugs,
    fault: () => undefined,
    mayDo: () => true,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return cloud;
}

const environmentOf = (endpoint: string) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ending: AbortSignal;
}

async function serve(cloud: Cloud, requests: CloudRequest[], { request, response, ending }: Exchange): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const question = await readQuestion(request, AbortSignal.any([gone.signal, ending]));
  const [understood, answerIt, refusalAnswer] = serviceOf(cloud, question);
  requests.push(understood);
  const fault = cloud.mayDo(understood) ? (cloud.fault(understood) ?? {}) : denied;
  await fault.before;
  const answer = await answered(fault, answerIt, refusalAnswer);
  await fault.after;
  send(response, answer, { cutAfter: fault.cutAfter, isHead: request.method === 'HEAD' });
}

type Service = readonly [CloudRequest, () => Promise<Answer>, (refusal: Refusal) => Answer];

function serviceOf({ s3, sqs, secrets }: Cloud, question: Question): Service {
  if (isOfSecrets(question)) {
    const request = secretsRequest(question);
    return [request, () => answerSecrets(secrets, request), secretsRefusalAnswer];
  }
  if ('x-amz-target' in question.headers) {
    const request = sqsRequest(question);
    return [request, () => answerSqs(sqs, request, question), sqsRefusalAnswer];
  }
  const request = s3Request(question);
  return [request, () => answerS3(s3, request, question), s3RefusalAnswer];
}

const denied: Fault = { refuse: { status: 403, code: 'AccessDenied' } };

async function readQuestion(request: IncomingMessage, signal: AbortSignal): Promise<Question> {
  // Not `new URL`: it would resolve `..` in a key.
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: request.method ?? '',
    path: decodeURIComponent(path),
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: await buffer(request),
    signal,
  };
}

async function answered(
  { refuse }: Fault,
  answer: () => Promise<Answer>,
  refusalAnswer: (refusal: Refusal) => Answer,
): Promise<Answer> {
  try {
    if (refuse !== undefined) throw new Refusal(refuse.status, refuse.code);
    return await answer();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}

interface Sending {
  readonly cutAfter: number | undefined;
  readonly isHead: boolean;
}

function send(response: ServerResponse, answer: Answer, { cutAfter, isHead }: Sending): void {
  const body = Buffer.from(answer.body ?? '');
  if (cutAfter !== undefined && cutAfter < 0) {
    response.destroy();
    return;
  }
  const length = answer.status === 204 || answer.status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(answer.status, { 'x-amz-request-id': 'cloud', ...length, ...answer.headers });
  if (cutAfter === undefined) response.end(isHead ? undefined : body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}
