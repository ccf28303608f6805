/** What stands where a secret was. */
const hidden = '***';

/** In UTF-16 units. A longer URL is shown as nothing: the work grows with the number of URLs inside it. */
const maxShownUrlUnits = 8192;
/** What is behind so many URLs inside one is shown as nothing: each is looked for in all that is behind it. */
const maxInnerUrls = 64;

/** A `/`, as URLs may spell it: `\` is one to browsers, and servers decode `%2F`, sometimes twice. */
const slash = String.raw`(?:[/\\]|%(?:25)*(?:2f|5c))`;
const dots = String.raw`(?:\.|%(?:25)*2e)*`;
const blank = String.raw`[\s\p{Cc}]*`;

/** A scheme with its slashes, or slashes alone. */
const startPattern = /^[\s\p{Cc}]*(?:[a-z][a-z0-9+.-]*:)?[/\\]+/iu;
/** The token of Anaconda's `/t/TOKEN`, however it is spelt: `/T/`, `/%74/`, `/t//`. */
const tokenPattern = new RegExp(
  `((?:^|${slash})${blank}(?:t|%(?:25)*[57]4)${blank}(?:${slash}${dots})+)[^/\\\\]+`,
  'giu',
);
const hostPattern = /^(?:\[[0-9a-f:.%]*\]|[^\s\p{Cc}:@%]*)(?::[0-9]*)?$/iu;

/**
 * Spells a URL as messages and events may show it: without user, password, the token of a `/t/TOKEN` path, query
 * (presigned URLs carry their signature there) and fragment. What is no sound URL, such as one whose scheme was
 * forgotten, loses the same, and all of what cannot be told apart from a secret. A URL that is shown as it is has no
 * secret to show.
 */
export function shownUrl(text: string): string {
  if (!/[/\\@?#]|%40/.test(text)) return text;
  if (text.length > maxShownUrlUnits) return hidden;
  const [start = ''] = startPattern.exec(text) ?? [];
  const rest = text.slice(start.length);
  const headUnits = rest.search(/[?#]./s);
  if (headUnits < 0) return start + shownHead(rest, start);
  return start + shownHead(rest.slice(0, headUnits), start) + rest[headUnits] + hidden;
}

/** What is before a URL's query, and after its scheme; with the URLs in its path, such as `https://proxy.example/https://user:password@host/`. */
function shownHead(head: string, scheme: string): string {
  let [shown, start, rest] = ['', scheme, head];
  for (let urls = 0; urls < maxInnerUrls; urls++) {
    // A path of this machine: it has no authority, and no token.
    if (/^file:\/{3}/i.test(start)) return shown + rest;
    const tokenless = rest.replace(tokenPattern, `$1${hidden}`);
    const [authority = ''] = /^[^/\\]*/.exec(tokenless) ?? [];
    const path = tokenless.slice(authority.length);
    const own = shownAuthority(authority, { start, path });
    if (own === null) return shown + hidden;
    const innerUnits = path.search(/[/\\]{2}|\s/);
    if (innerUnits < 0) return shown + own + path;
    const inner = path.slice(innerUnits);
    [start = ''] = startPattern.exec(inner) ?? [];
    shown += own + path.slice(0, innerUnits) + start;
    rest = inner.slice(start.length);
  }
  return shown + hidden;
}

/** A URL's host and port, its user hidden; null when what is there cannot be told from a user and a password. */
function shownAuthority(authority: string, { start, path }: { start: string; path: string }): string | null {
  const user = /^.*(?:@|%40)/is.exec(authority)?.[0];
  if (user !== undefined) {
    const host = authority.slice(user.length);
    return hostPattern.test(host) ? `${hidden}@${host}` : null;
  }
  const isSound = start === '' ? !/@|%40/.test(path) : hostPattern.test(authority);
  return isSound ? authority : null;
}

/** A text whose URLs, and whatever has an `@` as they do, are spelt as {@link shownUrl} does. */
export const withoutSecrets = (text: string): string => text.replace(urlPattern, shownUrl);

/** Each word is looked at once: a text without end may not cost the square of its length. */
const urlPattern = /(?:(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:[/\\]+|[/\\]{2,})[^\s"]*|(?<![^\s"/\\])[^\s"/\\]+@[^\s"]*/gi;
