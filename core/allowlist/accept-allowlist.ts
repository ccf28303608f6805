import { GatehouseError } from '../error.ts';
import { type Allowlist, formatProblem, parseAllowlist } from './parse-allowlist.ts';

/**
 * @param file what people call the file
 * @throws GatehouseError `allowlist.invalid` with every problem on a line of its own
 */
export function acceptAllowlist(bytes: Uint8Array, file: string): Allowlist {
  const parsed = parseAllowlist(bytes, file);
  if (parsed.ok) return parsed.allowlist;
  const lines = parsed.problems.map((problem) => formatProblem(file, problem));
  if (parsed.omitted > 0) lines.push(`and ${parsed.omitted} more`);
  const isHinted = parsed.problems.some(({ hint }) => hint !== undefined);
  throw new GatehouseError('allowlist.invalid', lines.join('\n'), isHinted ? {} : { hint: formatHint });
}

const formatHint = 'README.md shows a whole allowlist; with allowlist.schema.json an editor completes and checks it';
