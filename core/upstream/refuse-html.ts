import { GatehouseError } from '../error.ts';
import { shownUrl } from './shown-url.ts';

const space = 0x20;
const lessThan = 0x3c;

/**
 * The same bytes, unless they start as a page does: some servers answer 200 and a page for files they do not have
 * (conda issue 13179), and that must not be taken for an index.
 */
export async function* refuseHtml(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  let isStart = true;
  for await (const bytes of body) {
    const first: number | undefined = isStart ? bytes.find((byte) => byte > space) : undefined;
    if (first === lessThan) {
      throw new GatehouseError('upstream.body', `${shownUrl(url)} answered with HTML`, {
        hint: 'Is this a channel? Its server must answer 404 for files it does not have.',
      });
    }
    isStart &&= first === undefined;
    yield bytes;
  }
}
