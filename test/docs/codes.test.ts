import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOfCode } from '../../core/documents/gate/checks.ts';
import { errorCodes } from '../../core/problems/error.ts';

const root = resolve(import.meta.dirname, '../..');
const product = ['core', 'adapters', 'local', 'lambdas', 'lib'];

const sources = product.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, folder, path), 'utf8')),
);
const page = readFileSync(join(root, 'docs/codes.md'), 'utf8');

/** Codes as the page's tables list them, first cell of a row. */
const documented = [...page.matchAll(/^\| `([A-Za-z0-9]+\.[a-z0-9-]+)` \|/gm)].map(([, code]) => code ?? '');

/** Codes of the gate's checks, which docs/security.md lists with them; of any of them there may be an error. */
const ofChecks = [...readFileSync(join(root, 'docs/security.md'), 'utf8').matchAll(/`([A-FR]\d+\.[a-z0-9-]+)`/g)].map(
  ([, code]) => code ?? '',
);
const isKnown = (code: string) =>
  documented.includes(code) || ofChecks.includes(code) || (checkOfCode(code) !== null && code.endsWith('.error'));

/** The areas of the page, so that a new code of a known area is seen; names of files and of events are no codes. */
const areas = new Set([...documented, ...ofChecks].map((code) => code.split('.')[0]));
const isFile = (text: string) =>
  /^(?!verify)[a-z]+\.(json|bz2|html|ico|txt|zst|ts|mjs|d|sqlite|exe|conda|handler)$/.test(text);
/** Types of events that are no codes of errors too. */
const events = new Set(
  sources.flatMap((text) =>
    [...text.matchAll(/\| \{ readonly type: '([a-z.]+)'|readonly type: '([a-z.]+)';/g)].map(
      (match) => match[1] ?? match[2],
    ),
  ),
);
for (const code of errorCodes) events.delete(code);

/** Codes that zod knows faults by. */
const zodCodes: ReadonlySet<string> = new Set(['custom', 'too_big', 'too_small']);

/** Every literal of the source that reads as a code. */
function codesIn(texts: readonly string[]): Set<string> {
  const literals = texts.flatMap((text) => [...text.matchAll(/'([A-Za-z]+[0-9]{0,2}\.[a-z0-9-]+)'/g)]);
  const words = literals.map(([, word]) => word ?? '');
  return new Set(words.filter((word) => areas.has(word.split('.')[0]) && !isFile(word) && !events.has(word)));
}

const used = codesIn(sources);

describe('docs/codes.md', () => {
  it('lists each code once', () => {
    expect(documented).toEqual([...new Set(documented)]);
    expect(documented.length).toBeGreaterThan(100);
  });

  it('lists every code of the source', () => {
    expect([...used].filter((code) => !isKnown(code))).toEqual([]);
  });

  it('lists no code that the source does not have', () => {
    // `sweep.recalled` is an event, and a problem of the report too.
    expect(documented.filter((code) => !used.has(code) && !events.has(code))).toEqual([]);
  });

  it('lists every area: a code of an area it does not know would pass unseen', () => {
    const coded = sources.flatMap((text) => [
      ...text.matchAll(/(?:code: |refuse\(|report\(|GatehouseError\(\s*)'([^']+)'/g),
    ]);
    const words = coded.map(([, code]) => code ?? '').filter((code) => !zodCodes.has(code));
    expect(words.filter((code) => !areas.has(code.split('.')[0]))).toEqual([]);
    expect(words.length).toBeGreaterThan(100);
  });

  it('would see a code that is new', () => {
    expect(codesIn(["refuse('A9.planted', 'x')"])).toContain('A9.planted');
  });
});
