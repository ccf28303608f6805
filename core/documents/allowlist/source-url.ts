import type { Wording } from '../../json/json-fault.ts';
import { knownSubdirPattern } from '../../names/subdir.ts';
import { shownUrl } from '../../problems/shown-url.ts';
import { explainSlip } from './slips/explain-url.ts';
import { wordedText } from './worded-text.ts';

/** A `/t/` as servers may read it; and another URL in the path, which may have a user or a password. */
const secretPath = String.raw`.*(?:(?:\/|%(?:25)*2[Ff])(?:[Tt]|%(?:25)*[57]4)(?:\/|%(?:25)*2[Ff])+[^\/]|\/\/[^\/]*[:@%])`;
const host = String.raw`(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?`;
const path = String.raw`[^\s\p{Cc}?#\\]{0,2000}`;

/** Anaconda's pages for people: its channels are at conda.anaconda.org. */
const webPage = String.raw`(?:www\.)?anaconda\.org\/`;
/** A channel is the folder above. */
const subdirEnd = String.raw`.*\/${knownSubdirPattern}\/*$`;

const source = String.raw`https?:\/\/(?!${webPage}|${subdirEnd})${host}(?!${secretPath})(?:\/${path})?|file:\/\/\/(?!${subdirEnd})${path}`;

/**
 * A channel's or package index's URL: `https:`, `http:` or an absolute `file:`, without user, token, query or fragment.
 * A token is Anaconda's `/t/TOKEN` path part. It lies in plans and provenance as it is: {@link shownUrl} finds nothing
 * in it that it would hide.
 */
export const sourceUrlSchema = wordedText(new RegExp(`^(?:${source})$`, 'u'), explainUrl).meta({
  id: 'url',
  description: 'An https:, http: or file: URL, without credentials.',
});

/** The same, or `none`. */
export const urlOrNoneSchema = wordedText(new RegExp(`^(?:none|${source})$`, 'u'), explainUrl);

function explainUrl(text: string): Wording {
  const asked = text.replace(/[?#].*$/s, '');
  if (shownUrl(asked) !== asked) {
    const hint = 'put them into netrc (docs/networks.md), and change the secret if this file was shared';
    return { message: 'the URL carries credentials', hint };
  }
  return explainSlip(text);
}

/** The URL as the rest of the pipeline has it: no slash at its end. */
export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** A text that is equal for URLs of the same place, whatever the case of scheme and host. */
export function urlIdentity(url: string): string {
  return withoutSlash(URL.canParse(url) ? new URL(url).href : url);
}

/** Whether a channel as a MatchSpec writes it (`conda-forge`, `conda-forge/label/dev`, or a URL) names this URL. */
export function isChannelNamed(name: string, url: string): boolean {
  const wanted = withoutSlash(name);
  return urlIdentity(wanted) === urlIdentity(url) || (wanted !== '' && urlIdentity(url).endsWith(`/${wanted}`));
}
