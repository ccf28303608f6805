/**
 * Spells a URL as messages and events may show it: without user, password, the token of a `/t/TOKEN` path, query
 * (presigned URLs carry their signature there) and fragment. Text that is no URL, such as a relative one, loses the
 * same.
 */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && (parsed.username !== '' || parsed.password !== '')) {
    parsed.username = '***';
    parsed.password = '';
  }
  const withoutUser = parsed?.href ?? url.replace(/\/\/[^/@]*@/, '//***@');
  return withoutUser.replace(/[?#].*$/s, '').replace(/\/t\/[^/]+/gi, '/t/***');
}
