import { packageFileParts } from '../../package-file-name.ts';
import type { FormSource, Section } from '../form.ts';
import type { Candidate } from './candidates.ts';
import { type Known, knownOf } from './known.ts';

/** The candidates of each batch. */
export type Batches = Readonly<Record<Section, readonly (readonly Candidate[])[]>>;

export interface WholeBatches {
  /** All packages of some names, from those batches alone that hold any. */
  packagesOf(names: ReadonlySet<string>): Promise<Map<string, Known[]>>;
  /** Which batches of a section hold a file that was chosen, or its twin, and is no candidate: `packagesOf` met it. */
  holding(section: Section, chosen: ReadonlySet<string>): Set<number>;
}

/** What candidates do not tell: a name that has a package in a batch has a candidate there, so it is easily found. */
export function wholeBatches(source: FormSource, batches: Batches): WholeBatches {
  const places = new Map<string, number>();
  return {
    async packagesOf(names) {
      const found = new Map<string, Known[]>();
      const isOf = ({ filename }: { readonly filename: string }) => names.has(packageFileParts(filename).name);
      for (const section of ['packages.conda', 'packages'] as const) {
        const numbers = batches[section].flatMap((batch, number) => (batch.some(isOf) ? [number] : []));
        for await (const { number, lines } of numbered(source, section, numbers)) {
          for (const line of lines.filter(isOf)) {
            places.set(line.filename, number);
            const { name } = packageFileParts(line.filename);
            found.set(name, [...(found.get(name) ?? []), knownOf(line)]);
          }
        }
      }
      return found;
    },
    holding(section, chosen) {
      const candidates = new Set(batches[section].flat().map(({ filename }) => filename));
      const ofSection = (filename: string) => filename.endsWith('.conda') === (section === 'packages.conda');
      const matters = (filename: string) =>
        chosen.has(filename) || chosen.has(`${packageFileParts(filename).stem}.conda`);
      const older = [...places].filter(([filename]) => matters(filename) && !candidates.has(filename));
      return new Set(older.flatMap(([filename, number]) => (ofSection(filename) ? [number] : [])));
    },
  };
}

/** The listed lines of some batches. */
async function* numbered(source: FormSource, section: Section, numbers: readonly number[]) {
  if (numbers.length === 0) return;
  let at = 0;
  for await (const lines of source.lines(section, new Set(numbers))) {
    yield { number: numbers[at] ?? 0, lines: lines.filter(({ kind }) => kind === 'listed') };
    at += 1;
  }
}
