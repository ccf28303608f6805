import type { IncomingHttpHeaders } from 'node:http';
import type { Throughput } from '../../adapters/minimum-throughput.ts';
import { isForName, readTokens, type Token } from '../../core/documents/tokens.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import type { OfferedFile, PublishReport, PublishWorld } from '../../core/publish/publication.ts';
import { checkClaims, claimFields } from './claims.ts';
import { doorkeeper } from './credential.ts';
import { fileTaker } from './form-file.ts';
import { type Form, readForm } from './read-form.ts';
import { errorAnswer, problemsAnswer, type UploadAnswer } from './refusal.ts';
import { type UploadLimits, usualUploadLimits } from './upload-limits.ts';

/** Who asks to publish, and where. */
type Publisher = Pick<PublishWorld, 'to' | 'by' | 'mayPublish'>;

interface UploadReport extends PublishReport {
  /** Why what was published is not listed. */
  readonly unlisted: readonly Problem[];
}

export interface UploadWorld {
  readonly store: Store;
  /** Publishes one file and brings up to date what clients read. */
  publish(file: OfferedFile, publisher: Publisher): Promise<UploadReport>;
  /** Gets a line for whoever runs the server. */
  tell(line: string): void;
  readonly limits?: Partial<UploadLimits>;
}

/** A POST to an address that takes uploads. */
export interface UploadRequest {
  readonly to: Publisher['to'];
  readonly headers: IncomingHttpHeaders;
  /** Where it comes from. */
  readonly client: string;
  /** Told to a client that waits for it before it sends its form (RFC 9110 10.1.1). */
  goOn(): void;
  /** The form, which is read only of whoever has a right to send it: it comes so fast at least, or fails. */
  form(minimum: Throughput): AsyncIterable<Uint8Array>;
}

/** Answers an upload; never rejects. */
export type TakeUpload = (request: UploadRequest) => Promise<UploadAnswer>;

/**
 * Takes uploads as PyPI's legacy API does (https://docs.pypi.org/api/upload/), from who has a token that may publish. The
 * credential is looked at before the form is read, and what it holds is decided on after its last part.
 */
export function uploads(world: UploadWorld): TakeUpload {
  const limits = { ...usualUploadLimits, ...world.limits };
  const takeFile = fileTaker(world.store, limits);
  const publishInTurn = oneByOne();
  let underWay = 0;

  async function take(request: UploadRequest, token: Token): Promise<UploadAnswer> {
    const contentType = formType(request.headers);
    request.goOn();
    const sent = { contentType, body: inTime(request.form(limits.throughput), limits.uploadMs) };
    const { fields, file } = await readForm(sent, { limits, takeFile, wanted: claimFields });
    await using _ = file;
    checkClaims(fields, file);
    return await publishInTurn(() => publish({ file, token, to: request.to }, world));
  }

  async function takeOneMore(request: UploadRequest, token: Token): Promise<UploadAnswer> {
    if (underWay >= limits.uploads) throw tooMany();
    underWay += 1;
    return await take(request, token).finally(() => {
      underWay -= 1;
    });
  }

  const { tokenFor } = doorkeeper(limits);
  return async (request) => {
    try {
      const tokens = await readTokens(world.store);
      if (tokens.length === 0) return off;
      const wrong = () => world.tell(`an upload from ${request.client} came with a credential that is no token's`);
      const token = await tokenFor(tokens, request.headers.authorization, wrong);
      return token === null ? noToken : await takeOneMore(request, token);
    } catch (error) {
      return errorAnswer(error);
    }
  };
}

const off: UploadAnswer = {
  status: 405,
  message: 'this server takes no uploads before it has a token for them: gatehouse token create',
  headers: { Allow: 'GET, HEAD' },
};

/** The same whatever was wrong: the scheme, the user, the token, or that it was revoked. */
const noToken: UploadAnswer = {
  status: 401,
  message: 'no token came as the password, or none that is good for uploads (gatehouse token create makes one)',
  headers: { 'WWW-Authenticate': 'Basic realm="gatehouse uploads", charset="UTF-8"' },
};

const tooMany = (): GatehouseError =>
  new GatehouseError('upload.busy', 'too many uploads are under way', { hint: 'try again', retry: true });

function formType({ 'content-type': type = '', 'content-encoding': encoding }: IncomingHttpHeaders): string {
  if (encoding === undefined && /^multipart\/form-data *;/i.test(type)) return type;
  throw new GatehouseError('upload.invalid', 'an upload is a form: multipart/form-data, without a Content-Encoding', {
    hint: 'upload with twine, uv, poetry, pdm, hatch or flit',
  });
}

/** A body that is whole within so many milliseconds, or fails. */
async function* inTime(body: AsyncIterable<Uint8Array>, milliseconds: number): AsyncGenerator<Uint8Array> {
  const until = performance.now() + milliseconds;
  for await (const chunk of body) {
    if (performance.now() > until) {
      throw new GatehouseError('upstream.stalled', `the upload took more than ${milliseconds / 60_000} minutes`);
    }
    yield chunk;
  }
}

/** Publishing one after the other: each solves, and two at once would only make each other's index run again. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

const notListed: UploadAnswer = {
  status: 500,
  message: 'it is in the store, but could not be listed; whoever runs this server finds the reason in its log',
};

interface Uploaded {
  readonly file: Form['file'];
  readonly token: Token;
  readonly to: Publisher['to'];
}

async function publish({ file, token, to }: Uploaded, world: UploadWorld): Promise<UploadAnswer> {
  const mayPublish = (name: string) => isForName(token, name);
  const report = await world.publish(file, { to, by: token.name, mayPublish });
  if (report.problems.length > 0) return problemsAnswer(report.problems);
  const [unlisted] = report.unlisted;
  if (unlisted !== undefined) {
    world.tell(`${unlisted.code}: ${unlisted.subject}: ${unlisted.detail}`);
    return notListed;
  }
  const isNew = report.files.some(({ status }) => status === 'stored');
  const said = isNew ? 'published' : 'was there before, with the same bytes';
  if (isNew) {
    world.tell(`${file.fileName} was published to ${to} by the token ${token.name}`);
    // twine shows nothing of a 200, so that only the server's owner can be told that conda or pip cannot have it.
    for (const { code, subject, detail } of report.warnings) world.tell(`${code}: ${subject}: ${detail}`);
  }
  const warnings = report.warnings.map(({ subject, detail }) => `; ${subject}: ${detail}`);
  return { status: 200, message: `${file.fileName} ${said}${warnings.join('')}` };
}
