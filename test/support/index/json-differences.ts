import { compareCodePoints } from '../../../core/json/json.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where two JSON values differ: `path/to/key: ours X, theirs Y`, in order of path; absent is `nothing`. */
export function jsonDifferences(ours: unknown, theirs: unknown, path = ''): string[] {
  if (isTree(ours) && isTree(theirs)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    return [...keys]
      .sort(compareCodePoints)
      .flatMap((key) => jsonDifferences(ours[key], theirs[key], `${path}/${key}`));
  }
  const [mine, other] = [ours, theirs].map((value) => JSON.stringify(value) ?? 'nothing');
  return mine === other ? [] : [`${path}: ours ${mine}, theirs ${other}`];
}
