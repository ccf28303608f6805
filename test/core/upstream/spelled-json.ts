import fc from 'fast-check';

/** A source of choices that runs in a circle. */
export const noise = fc.array(fc.nat(1000), { minLength: 7, maxLength: 40 }).map((seed) => {
  let at = 0;
  return () => seed[at++ % seed.length] ?? 0;
});

/** Writes a value as JSON in one of its many spellings: white space anywhere, escapes where none are needed. */
export function spell(value: unknown, choose: () => number): string {
  const padded = (part: string) => `${space(choose)}${part}${space(choose)}`;
  const write = (part: unknown): string => {
    if (typeof part === 'string') return spellText(part, choose);
    if (Array.isArray(part)) return `[${part.map((item) => padded(write(item))).join(',') || space(choose)}]`;
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    const members = Object.entries(part).map(
      ([key, member]) => `${padded(spellText(key, choose))}:${padded(write(member))}`,
    );
    return `{${members.join(',') || space(choose)}}`;
  };
  return padded(write(value));
}

const space = (choose: () => number) => ['', '', '', ' ', '\n  ', '\t\r\n'][choose() % 6] ?? '';

function spellText(text: string, choose: () => number): string {
  const units = [...text].map((unit) => {
    if (unit.length > 1 || choose() % 8 !== 0) return JSON.stringify(unit).slice(1, -1);
    if (unit === '/') return '\\/';
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${units.join('')}"`;
}

const text = fc.oneof(fc.stringMatching(/^[a-z0-9./-]{0,12}$/), fc.string({ unit: 'binary' }));

/** JavaScript puts keys that are numbers first; a document may not. */
export const keyText = text.filter((key) => key !== '__proto__' && !/^\d+$/.test(key));

export const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -0.5, 12, 1e21, 1.5e-7, -3),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keyText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** Any object, spelled in any way. */
export const anyDocument = fc
  .tuple(fc.dictionary(keyText, anyValue, { maxKeys: 6 }), noise)
  .map(([value, choose]) => spell(value, choose));

const twins: Readonly<Record<string, string>> = { '{': '[', '[': '{', '}': ']', ']': '}' };
const anyByte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\u0e-. ')));

/** The same after one byte was lost, changed or put in, the end was lost, or a bracket became one of the other kind. */
export const damaged = fc.tuple(anyDocument, fc.nat(), anyByte, fc.nat(4)).map(([document, place, byte, kind]) => {
  const bytes = Buffer.from(document);
  if (kind === 4) return swapped(bytes, place);
  const at = place % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (kind === 0) return before;
  const put = kind === 1 ? Buffer.alloc(0) : Buffer.of(byte);
  return Buffer.concat([before, put, kind === 3 ? after : after.subarray(1)]);
});

function swapped(bytes: Buffer, place: number): Buffer {
  const brackets = [...bytes.toString('latin1').matchAll(/[{}[\]]/g)];
  const chosen = brackets[place % brackets.length];
  return Buffer.concat([
    bytes.subarray(0, chosen?.index),
    Buffer.from(twins[chosen?.[0] ?? ''] ?? ''),
    bytes.subarray((chosen?.index ?? 0) + 1),
  ]);
}

const parts = ['"a"', '"a":', '"', 'true', 'false', 'null', '\\u00', '\u0001', 'é', '1.5', '-0', '1e9'];
const some = fc.array(fc.constantFrom(...'{}[]{}[],:,: \n\t01-+.eE\\', ...parts), { maxLength: 10 });
const numberish = fc.array(fc.constantFrom(...'0019-+.eE'), { maxLength: 6 });
const stringish = fc.array(fc.constantFrom(...'"\\\\\\u0aF/bnxé\n\u0000\u007f', '\\u00e', '\\ud8'), { maxLength: 8 });

/** Short strings of what JSON is made of, where keys, numbers and strings belong: most are not JSON, many nearly. */
export const jsonish = fc.oneof(
  some.map((chosen) => `{${chosen.join('')}}`),
  some.map((chosen) => `{"a":[${chosen.join('')}]}`),
  numberish.map((chosen) => `{"a":${chosen.join('')}}`),
  stringish.map((chosen) => `{"a":["${chosen.join('')}"]}`),
  stringish.map((chosen) => `{"${chosen.join('')}":{"${chosen.join('')}":1}}`),
);

export function cutUp(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at = Math.min(bytes.length, at + size);
  }
  return [...chunks, bytes.subarray(at)];
}
