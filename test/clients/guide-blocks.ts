import { readFile } from 'node:fs/promises';

/** A fenced block of a page, and the file that the line before it says it belongs in. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly file: string | undefined;
}

/** Pages of the repository by their sections of the second level; of two of one name the last counts. */
export async function guide(...pages: readonly string[]) {
  const texts = await Promise.all(pages.map((page) => readFile(new URL(`../../${page}`, import.meta.url), 'utf8')));
  const parts = texts.join('\n').split(/^## /m);
  const sections = new Map(parts.map((section) => [section.slice(0, section.indexOf('\n')), section]));
  return (section: string): Block[] => {
    const found = [...(sections.get(section) ?? '').matchAll(/(?:^In `([^`]+)`[^\n]*:\n\n)?^```(\w+)\n(.*?)^```$/gms)];
    return found.map(([, file, language = '', text = '']) => ({ language, text, file }));
  };
}
