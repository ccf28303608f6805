import { systemClock } from '../adapters/system-clock.ts';

const attempts = 3;

/**
 * Puts what became of a custom resource to the URL that CloudFormation waits at, for up to an hour when nothing comes.
 * The URL is signed for a PUT without Content-Type: with the one that `fetch` adds to text S3 answers 403.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
 *
 * @param waitMs milliseconds between tries
 * @throws when it is not taken: Lambda then runs the function again
 */
export async function answerCloudFormation(url: string, body: string, waitMs = 1000): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const status = await put(url, body);
    if (status >= 200 && status < 300) return;
    if (attempt === attempts) throw new Error(`CloudFormation's URL answered with status ${status}`);
    await systemClock.sleep(waitMs);
  }
}

/** @returns the status, or 0 without an answer */
async function put(url: string, body: string): Promise<number> {
  const headers = { 'content-type': '' };
  const request = fetch(url, { method: 'PUT', body, headers, signal: AbortSignal.timeout(5000) });
  return request.then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => 0,
  );
}
