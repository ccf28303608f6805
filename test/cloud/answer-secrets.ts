import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { type Answer, type Question, Refusal } from './answer.ts';
import { type CloudRequest, callerOf } from './fault.ts';

const target = 'secretsmanager.';
const namedSchema = z.looseObject({ SecretId: z.string() });
const headers = { 'content-type': 'application/x-amz-json-1.1' } as const;

export const isOfSecrets = ({ headers: given }: Question): boolean =>
  given['x-amz-target']?.startsWith(target) ?? false;

/** The JSON protocol of Secrets Manager; the resource is the secret's id. */
export function secretsRequest({ headers: given, body }: Question): CloudRequest {
  const operation = given['x-amz-target']?.slice(target.length) ?? '';
  const { SecretId: resource } = parseJson(body.toString(), namedSchema, operation);
  return { service: 'secretsmanager', operation, resource, key: '', caller: callerOf(given), headers: given };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export async function answerSecrets(
  secrets: ReadonlyMap<string, string>,
  { operation, resource }: CloudRequest,
): Promise<Answer> {
  if (operation !== 'GetSecretValue') throw new Refusal(400, 'UnknownOperationException', operation);
  const SecretString = secrets.get(resource);
  if (SecretString === undefined) throw new Refusal(400, 'ResourceNotFoundException');
  return { status: 200, headers, body: JSON.stringify({ ARN: resource, SecretString }) };
}

export const secretsRefusalAnswer = ({ status, code, message }: Refusal): Answer => ({
  status,
  headers,
  body: JSON.stringify({ __type: code, message }),
});
