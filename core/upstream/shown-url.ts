/** A URL as messages and events may show it: no password, and no token of a `/t/TOKEN/` path. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  if (parsed.username !== '' || parsed.password !== '') {
    parsed.username = '***';
    parsed.password = '';
  }
  return parsed.href.replace(/\/t\/[^/]+/, '/t/***');
}
