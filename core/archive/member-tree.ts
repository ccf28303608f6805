import { type Report, shown } from './finding.ts';

type MemberType = 'file' | 'directory' | 'symlink';

/**
 * The folders that members lie in, and who else is at their places. Readers differ in what they write where a member lies
 * below a link or file, whichever of the two came first; and machines in which paths they take for one.
 */
export class MemberTree {
  readonly #types: ReadonlyMap<string, MemberType>;
  readonly #report: Report;
  readonly #spend: (bytes: number) => void;
  /** Folders that some member lies in, whether they are members themselves or not. */
  readonly #folders = new Set<string>();
  /** The same, as a machine without case has them. */
  readonly #foldedFolders = new Set<string>();
  /** All members as such a machine has them, and whether they are folders. */
  readonly #folded = new Map<string, boolean>();

  /**
   * @param types of all members so far, by path; it grows with them
   * @param spend told how long the path of each new folder is: a name of a kilobyte may lie in 500 that nothing else lies in
   */
  constructor(
    types: ReadonlyMap<string, MemberType>,
    { report, spend }: { readonly report: Report; readonly spend: (bytes: number) => void },
  ) {
    this.#types = types;
    this.#report = report;
    this.#spend = spend;
  }

  /** Takes note of a member, and reports what is odd about its place: `A10.*` of links, `A12.*` of files and of case. */
  place(path: string, type: MemberType): void {
    this.#enter(path.slice(0, Math.max(path.lastIndexOf('/'), 0)), path);
    const folded = foldedPath(path);
    if (this.#folded.has(folded)) this.#report('A12.case', `${shown(path)} differs from another member only by case`);
    if (type !== 'directory' && this.#foldedFolders.has(folded)) this.#over(path, type);
    this.#folded.set(folded, type === 'directory' && this.#folded.get(folded) !== false);
  }

  /** Members lie below what is no folder: everywhere, or where two paths that differ by case are one. */
  #over(path: string, type: MemberType): void {
    if (!this.#folders.has(path)) this.#report('A12.case', `${shown(path)} has members below it but for case`);
    else if (type === 'symlink') this.#report('A10.over-folder', `the symlink ${shown(path)} has members below it`);
    else this.#report('A12.under-file', `the file ${shown(path)} has members below it`);
  }

  /** Holds the folders above a member against what lies at their places; those that are known were held before. */
  #enter(folder: string, path: string): void {
    for (let at = folder; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) {
      const type = this.#types.get(at);
      if (type === 'symlink') this.#report('A10.under-symlink', `${shown(path)} lies below a symlink`);
      if (type === 'file') this.#report('A12.under-file', `${shown(path)} lies below a file`);
      if (this.#folders.has(at)) return;
      this.#spend(at.length);
      this.#folders.add(at);
      const folded = foldedPath(at);
      this.#foldedFolders.add(folded);
      if (type === undefined && this.#folded.get(folded) === false)
        this.#report('A12.case', `${shown(path)} lies below what is no folder but for case`);
    }
  }
}

/** A path as Windows and macOS compare it: without case, in one Unicode form. */
function foldedPath(path: string): string {
  if (/^[\x20-\x7e]*$/.test(path)) return path.toLowerCase();
  return path.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}
