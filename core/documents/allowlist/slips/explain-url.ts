import type { Wording } from '../../../json/json-fault.ts';
import { quoted } from '../../../json/text-problem.ts';
import { knownSubdirPattern } from '../../../names/subdir.ts';

const condaHost = 'https://conda.anaconda.org';
/** A page of a channel, of one of its labels, or of a package of it. */
const webPage = /^https?:\/\/(?:www\.)?anaconda\.org\/(?:channels\/(?=[^/]))?([^/]*(?:\/label\/[^/]+)?).*$/s;
const endsInSubdir = new RegExp(String.raw`\/${knownSubdirPattern}\/*$`);
const isSubdir = new RegExp(`^${knownSubdirPattern}$`);

/** What people write instead of a URL that can be read, and what to tell them; the first that fits counts. */
const slips: readonly (readonly [RegExp, (text: string) => Wording])[] = [
  [/[?#]/, (text) => told(text, 'has a query or a fragment', 'end the URL before the ? or #')],
  [/^file:/i, fileUrl],
  [/^(?:[A-Za-z]:[/\\]|\\\\|\/|~|\.)/, path],
  [/^(?!https?:)[a-z0-9+]+:\/\//, otherScheme],
  [/^[a-z]*[A-Z][A-Za-z]*:\/\//, (text) => told(text, 'has its scheme in capitals', `write ${lowerScheme(text)}`)],
  [isSubdir, (text) => told(text, 'is a subdir, and no URL', 'write the URL of the channel that it is in')],
  [/^[\w.-]+(?::\d{1,5})?(?:\/[\w.-]+)*\/?$/, (text) => told(text, 'is not a URL', `is it ${guessedUrl(text)}?`)],
  [/[^\s][\s\\]+[^\s]/, (text) => told(text, 'has blanks or backslashes', `write ${spelt(text)}`)],
  [webPage, (text) => told(text, 'is a page for people', `is it ${asChannel(text)}?`)],
  [endsInSubdir, subdirUrl],
];

/** Says what is wrong with a text that is no URL of a channel or a package index, and what it was meant to be. */
export function explainSlip(text: string): Wording {
  const [, explain] = slips.find(([pattern]) => pattern.test(text)) ?? [];
  return explain?.(text) ?? { message: `${quoted(text)} is not an https:, http: or file: URL` };
}

const told = (text: string, what: string, hint: string): Wording => ({ message: `${quoted(text)} ${what}`, hint });

/** The channel that is meant by a URL of one of Anaconda's pages for people, or of one of its subdirs. */
const asChannel = (url: string): string =>
  url.replace(webPage, (_, channel: string) => `${condaHost}/${channel || 'CHANNEL'}`).replace(endsInSubdir, '');

/** As a channel's URL has it: slashes, blanks in percents, and no subdir. */
const spelt = (text: string): string => asChannel(text.trim().replaceAll('\\', '/').replaceAll(/\s/g, '%20'));

function fileUrl(text: string): Wording {
  const rest = text.slice('file:'.length);
  if (/^\/\/[^/\\]/.test(rest)) {
    return told(
      text,
      'names a server, and a file: URL is of this machine',
      'mount the share, and write file:///mnt/share',
    );
  }
  if (/^\/{3}[^\s\\]*$/.test(rest) && /^f/.test(text) && endsInSubdir.test(rest)) return subdirUrl(text);
  if (/^[/\\]/.test(rest)) {
    return told(text, 'is not an absolute file: URL', `write file:///${spelt(rest).replace(/^\/+/, '')}`);
  }
  return told(text, 'is not an absolute file: URL', 'write it like file:///srv/channel');
}

function path(text: string): Wording {
  if (/^(?:\\\\|\/\/)/.test(text)) {
    return told(text, 'is a path on a server', 'mount the share, and write it like file:///mnt/share');
  }
  if (/^[~.]/.test(text)) {
    return told(
      text,
      'is a path, and no URL',
      `write the whole path: file:///PATH/${spelt(text).replace(/^[~./]+/, '')}`,
    );
  }
  return told(text, 'is a path, and no URL', `write file:///${spelt(text).replace(/^\//, '')}`);
}

function otherScheme(text: string): Wording {
  const [, scheme = ''] = /^([^:]+):/.exec(text) ?? [];
  const instead = scheme === 's3' ? 'write the https: URL that the bucket is served at' : 'have it served over https:';
  return told(text, 'is not an https:, http: or file: URL', `${instead}, or copy it to a folder: file:///srv/channel`);
}

const lowerScheme = (text: string): string => spelt(text.replace(/^[^:]+/, (scheme) => scheme.toLowerCase()));

function subdirUrl(text: string): Wording {
  return told(text, 'ends in a subdir', `a channel is what is above it: ${text.replace(endsInSubdir, '')}`);
}

/** The channels of Anaconda that clients know by such names. */
const anacondaChannels = /^(?:pkgs\/)?(main|r|msys2|free|pro)\/?$/;

function guessedUrl(written: string): string {
  const text = written.replace(endsInSubdir, '');
  const [, channel] = anacondaChannels.exec(text) ?? [];
  if (text === 'defaults') return 'https://repo.anaconda.com/pkgs/main';
  if (channel !== undefined) return `https://repo.anaconda.com/pkgs/${channel}`;
  if (/^(?:localhost|127\.[\d.]+)(?:[:/]|$)/.test(text)) return `http://${text}`;
  return /^[^/]*[.:]/.test(text) ? asChannel(`https://${text}`) : `https://conda.anaconda.org/${text}`;
}
