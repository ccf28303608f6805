import { setTimeout } from 'node:timers/promises';
import type { Cdk } from './run-cdk.ts';

/** By `cdk destroy`; where CloudFormation is an emulator that does not find a stack by its ARN, by the name. */
export async function removeStack(name: string, cdk: Cdk): Promise<void> {
  try {
    await cdk('destroy', name, '--force');
  } catch (error) {
    const endpoint = process.env['AWS_ENDPOINT_URL'];
    if (endpoint === undefined) throw error;
    await ask(endpoint, { Action: 'DeleteStack', StackName: name });
    for (let looks = 0; await isThere(endpoint, name); looks++) {
      if (looks === 60) throw error;
      await setTimeout(500);
    }
  }
}

async function isThere(endpoint: string, name: string): Promise<boolean> {
  const said = await ask(endpoint, { Action: 'DescribeStacks' });
  return said.includes(`<StackName>${name}</StackName>`);
}

/** Signed by nobody, which emulators stand: CloudFormation's client is no dependency for this alone. */
async function ask(endpoint: string, question: Readonly<Record<string, string>>): Promise<string> {
  const scope = `${process.env['AWS_ACCESS_KEY_ID']}/20260101/${process.env['AWS_REGION']}/cloudformation/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
  const body = new URLSearchParams({ ...question, Version: '2010-05-15' });
  const response = await fetch(endpoint, { method: 'POST', headers: { authorization }, body });
  return response.text();
}
