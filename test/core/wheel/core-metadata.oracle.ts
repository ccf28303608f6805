import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { parseHeaders } from '../../../core/wheel/core-metadata.ts';
import { runPython } from '../../support/machine/run-python.ts';

const script = `
import email.parser, email.policy, json, re, sys
for line in sys.stdin:
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(json.loads(line).encode())
    lines = lambda value: '\\n'.join(part.strip() for part in re.split('\\r\\n|\\r|\\n', value)).strip()
    fields = [[name, lines(value)] for name, value in message.items()]
    print(json.dumps(fields))
`;

const piece = fc.constantFrom(
  'Name',
  'Requires-Dist',
  'a',
  ':',
  ': ',
  ' ',
  '\t',
  '\n',
  '\n',
  '\r\n',
  '\r',
  'x b',
  '-',
  '"',
);

it("finds the fields that Python's email package finds", () => {
  const texts = fc
    .sample(fc.array(piece, { maxLength: 14 }), { numRuns: 20_000, seed: 1 })
    .map((parts) => parts.join(''));
  const theirs = runPython(script, texts).map((line) =>
    parseJson(line, z.array(z.tuple([z.string(), z.string()])), 'a line'),
  );
  const mine = texts.map((text) =>
    parseHeaders(Buffer.from(text), 'x', () => {}).fields.map(({ name, value }) => [name, value.trim()]),
  );
  const wrong = texts.filter((_, i) => JSON.stringify(mine[i]) !== JSON.stringify(theirs[i]));
  expect(wrong.slice(0, 5).map((text) => JSON.stringify(text))).toEqual([]);
});
