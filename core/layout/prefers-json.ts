const json = /^application\/vnd\.pypi\.simple\.(?:v1|latest)\+json$/;
const html = /^(?:text\/html|application\/vnd\.pypi\.simple\.(?:v1|latest)\+html)$/;
const anyApplication = /^application\/\*$/;
const anyText = /^text\/\*$/;
const anything = /^\*\/\*$/;

interface MediaRange {
  readonly type: string;
  /** From 0 to 1. */
  readonly quality: number;
}

/**
 * Whether an Accept header asks for the JSON form of a package index rather than the HTML one (PEP 691). A tie goes to
 * JSON when it is named and to HTML when only a wildcard covers it; a header that accepts neither gets HTML.
 */
export function prefersJson(accept: string | undefined): boolean {
  // 512 characters hold any honest header (pip sends 96) and bound the work at the edge.
  const ranges = (accept || '').slice(0, 512).toLowerCase().split(',').map(mediaRange);
  const jsonQuality = qualityOf(ranges, [json, anyApplication, anything]);
  const htmlQuality = qualityOf(ranges, [html, anyText, anything]);
  return jsonQuality > htmlQuality || (jsonQuality === htmlQuality && qualityOf(ranges, [json]) > 0);
}

/** The quality by the first pattern that any range fits, the most specific standing first (RFC 9110 12.5.1). */
function qualityOf(ranges: readonly MediaRange[], patterns: readonly RegExp[]): number {
  const given = patterns
    .map((pattern) => ranges.filter((range) => pattern.test(range.type)))
    .filter((fitting) => fitting.length > 0)[0];
  return given === undefined ? 0 : given.reduce((best, range) => Math.max(best, range.quality), 0);
}

/** One range, such as `text/html;q=0.01`; a quality that cannot be read counts for nothing (RFC 9110 12.4.2). */
function mediaRange(text: string): MediaRange {
  const parts = text.split(';').map((part) => part.trim());
  const quality = parts.slice(1).filter((part) => part.indexOf('q=') === 0)[0];
  const readable = quality === undefined || /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality);
  if (!readable) return { type: String(parts[0]), quality: 0 };
  return { type: String(parts[0]), quality: quality === undefined ? 1 : Number(quality.slice(2)) };
}
