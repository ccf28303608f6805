import { word } from './craft-bzip2.ts';

type Codes = ReadonlyMap<string, number>;

/** Of the first block of a stream, given as bits: how many digits its longest run has. Symbols 0 and 1 are digits. */
export function longestRun(stream: string): number {
  let digits = '';
  for (const symbol of symbolsOf(stream)) digits += symbol < 2 ? 'd' : ' ';
  return Math.max(...digits.split(' ').map((run) => run.length));
}

/** The block's symbols, the last of them its end, or what comes before a code that stands for nothing. */
function* symbolsOf(stream: string): Generator<number> {
  const take = taker(stream, 32 + 48 + 32 + 1 + 24);
  const ones = (bits: string): number => bits.replaceAll('0', '').length;
  const sixteenths = ones(take(16));
  const values = Array.from({ length: sixteenths }, () => ones(take(16))).reduce((sum, some) => sum + some, 0);
  const tables = Number.parseInt(take(3), 2);
  const places = Array.from({ length: Number.parseInt(take(15), 2) }, () => unary(take));
  const front = Array.from({ length: tables }, () => codesOf(take, values + 2));
  for (const place of places) {
    front.unshift(...front.splice(place, 1));
    for (let i = 0; i < 50; i++) {
      const symbol = nextSymbol(take, front[0] ?? new Map());
      if (symbol === undefined) return;
      yield symbol;
      if (symbol === values + 1) return;
    }
  }
}

type Take = (count: number) => string;

function taker(bits: string, from: number): Take {
  let at = from;
  return (count) => {
    at += count;
    return bits.slice(at - count, at);
  };
}

function unary(take: Take): number {
  let ones = 0;
  while (take(1) === '1') ones++;
  return ones;
}

function nextSymbol(take: Take, codes: Codes): number | undefined {
  let code = '';
  while (code.length < 20 && !codes.has(code)) code += take(1) || '-';
  return codes.get(code);
}

/** Symbols by the bits of their codes; of too many codes those that have no value left have none. */
function codesOf(take: Take, symbols: number): Codes {
  let last = Number.parseInt(take(5), 2);
  const lengths = Array.from({ length: symbols }, () => {
    while (take(1) === '1') last += take(1) === '1' ? -1 : 1;
    return last;
  });
  const codes = new Map<string, number>();
  let value = 0;
  for (let length = 1; length <= 20; length++) {
    const own = lengths.flatMap((each, symbol) => (each === length ? [symbol] : []));
    for (const [i, symbol] of own.entries()) {
      if (value + i < 2 ** length) codes.set(word(value + i, length), symbol);
    }
    value = (value + own.length) * 2;
  }
  return codes;
}
