/** Text of an element as S3 writes it: what XML has no character for goes as a reference. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"]|\p{Cc}/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

export const element = (name: string, text: string | number | boolean): string =>
  `<${name}>${escapeXml(String(text))}</${name}>`;

export const xmlDocument = (name: string, ...content: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name}>${content.join('')}</${name}>`;

export const xmlHeaders = { 'content-type': 'application/xml' } as const;

/** The texts of every element of that name in a request of ours: enough for what the SDK sends. */
export function textsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'));
  return [...found].map(([, text = '']) => unescapeXml(text));
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
