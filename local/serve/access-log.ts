import { jsonText } from '../render/json-text.ts';
import { errorText } from '../render/messages.ts';
import type { Terminal } from '../render/terminal.ts';
import type { ServedRequest } from './served-request.ts';

/** `common` is the Common Log Format of Apache, nginx and GoAccess; `json` is one object a line. */
export const accessLogFormats = ['common', 'json'] as const;
export type AccessLogFormat = (typeof accessLogFormats)[number];

/**
 * Says each request on stdout in a format, or not at all with null, and in any case on stderr what the store could not
 * do. The time of a line is that of the request's end.
 */
export function accessLog(
  format: AccessLogFormat | null,
  terminal: Pick<Terminal, 'out' | 'err'>,
  now: () => Date = () => new Date(),
): (access: ServedRequest) => void {
  return (access) => {
    if (format !== null) terminal.out(`${format === 'json' ? jsonLine(access, now()) : commonLine(access, now())}\n`);
    if (access.error !== undefined) {
      terminal.err(`${access.method} ${access.path} (${access.status}): ${errorText(access.error)}`);
    }
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `127.0.0.1 - - [09/Oct/2026:13:55:36 +0000] "GET /conda/noarch/repodata.json HTTP/1.1" 200 512` */
function commonLine({ client, method, path, protocol, status, bytes }: ServedRequest, time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  const when = `${day}/${months[Number(month) - 1]}/${year}:${clock} +0000`;
  const asked = method === '-' ? '-' : `${method} ${path} ${protocol}`;
  return `${client} - - [${when}] "${asked}" ${status} ${bytes}`;
}

const longestAgent = 200;

/** All ASCII: a client chooses its agent's name, and a terminal obeys the controls from U+007F to U+009F too. */
function jsonLine({ type, error, agent, ...access }: ServedRequest, time: Date): string {
  const facts = { type, time: time.toISOString(), ...access, agent: agent.slice(0, longestAgent) };
  const reason = error instanceof Error ? error.message : String(error);
  return jsonText({ ...facts, ...(error !== undefined && { error: reason }) }).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
