/**
 * What of a Markdown document stands outside of code spans, as GitHub reads it (GitHub Flavored Markdown, 6.3): there
 * alone could a text be a link, an image, HTML, a mention or an issue. A `|` that is escaped belongs to its cell, and
 * what escapes it may not be escaped itself.
 */
export function markdownOutsideCode(markdown: string): string {
  return markdown
    .split('\n')
    .flatMap((line) => line.replace(/\\.|\|/g, (pair) => (pair === '|' ? '\n' : pair)).split('\n'))
    .map((cell) => cell.replaceAll('<br>', ' ').replace(/(?<!`)(`+)(?!`)(?:.*?[^`])\1(?!`)/g, ' '))
    .join('|');
}
