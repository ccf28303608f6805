/** What no output may hold, each beside the word by which a test finds it again. */
const hostileParts = [
  '\u001b]0;owned\u0007\u001b[2J\u001b[31m',
  '\r\u0008\u007f\u0000\u009b31m\u0085',
  '\u202egnp.exe\u2066\u200b\u200d\ufeff\u00ad\u{e0041}',
  '\u2028\u2029',
  '\n::error::owned\n  ::set-output name=x::owned\n',
  '##[error]owned ##vso[task.complete]owned ##teamcity[owned]',
  '[owned](https://evil.example) ![owned](https://evil.example/x.png) <img src=x> <script>owned</script>',
  '@everyone @org/team #1 GH-1 org/repo#1 https://evil.example www.evil.example me@evil.example',
  '\nowned-line\n',
  '```\n| owned | `\n```\n~~~\n# owned\n',
] as const;

/** All of it, in texts that are short enough to be shown whole. */
export const hostileTexts = [0, 4, 8].map((at) => hostileParts.slice(at, at + 4).join(' '));
/** All of it in one text. */
export const hostileText = hostileTexts.join(' ');

/** Code points, first and last, that act on a terminal or are not seen; listed by hand, beside the product's own rule. */
const unseenPoints: readonly (readonly [number, number])[] = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe007f],
];

/** The characters of a text that could act on a terminal, or are not seen; line breaks are not counted. */
export function controlsIn(text: string): string[] {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  const unseen = points.filter((point) => unseenPoints.some(([first, last]) => point >= first && point <= last));
  return unseen.map((point) => `U+${point.toString(16)}`);
}

/** The lines of a text that GitHub's, Azure's or TeamCity's runner would carry out. */
export const commandsIn = (text: string): string[] =>
  text.split('\n').filter((line) => line.trimStart().startsWith('::') || /##\w*\[/.test(line));

/** The lines of a text that begin as a line that came in from outside would. */
export const ownedLinesIn = (text: string): string[] =>
  text.split('\n').filter((line) => /^\s*(?:owned|#+ owned|```|~~~)/.test(line));
