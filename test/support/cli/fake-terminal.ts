import { eraseSequence, type Terminal } from '../../../local/render/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly said: { out: string; err: string };
}

/** A terminal, or a pipe, that keeps what it is told. */
export function fakeTerminal({ isTerminal = false, columns = 80 } = {}): FakeTerminal {
  const said = { out: '', err: '' };
  return {
    said,
    out(text) {
      said.out += text;
    },
    err(text) {
      said.err += text;
    },
    erase(lines) {
      said.err += eraseSequence(lines);
    },
    isTerminal,
    columns: () => columns,
    colour: false,
  };
}

/** What a person sees after these bytes: text, newlines, cursor up and erase-to-the-end as ECMA-48 has them. */
export function screenAfter(bytes: string): string[] {
  const rows = [''];
  let row = 0;
  const print = (text: string) => {
    const [first = '', ...more] = text.split('\n');
    rows[row] = `${rows[row] ?? ''}${first}`;
    for (const line of more) {
      row += 1;
      rows[row] = `${rows[row] ?? ''}${line}`;
    }
  };
  const [start = '', ...controls] = bytes.split('\u001b[');
  print(start);
  for (const control of controls) {
    const [sequence, up] = /^(?:(\d+)A|J)/.exec(control) ?? [];
    if (sequence === undefined) throw new Error(`what is ${JSON.stringify(control)}?`);
    if (up === undefined) rows.splice(row, rows.length - row, '');
    else row = Math.max(0, row - Number(up));
    print(control.slice(sequence.length));
  }
  return rows.filter((line) => line !== '');
}
