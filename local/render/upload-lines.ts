import { readTokens } from '../../core/documents/tokens.ts';
import type { Store } from '../../core/ports/store.ts';
import { errorText } from './messages.ts';

/** A server's own machine is the only one whose traffic nobody else can read. */
const onlyHere = /^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\])[:/]/;

/**
 * Where a server takes uploads, and that its tokens can be read on the way where they can; nothing while there are no
 * tokens, for then it takes none.
 *
 * @param url of the server, without a slash at its end
 */
export async function uploadLines(url: string, store: Store): Promise<string> {
  try {
    if ((await readTokens(store)).length === 0) return '';
  } catch (error) {
    return errorText(error);
  }
  const lines = [`uploads with a token: ${url}/legacy/, to staging: ${url}/staging/legacy/`];
  if (!onlyHere.test(`${url}/`))
    lines.push('warning: tokens come in plain http; let a proxy with TLS stand before this');
  return `${lines.join('\n')}\n`;
}
