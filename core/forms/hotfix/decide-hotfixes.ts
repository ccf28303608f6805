import type { Control, Decision } from '../../control.ts';
import { canonicalJson } from '../../json.ts';
import { hotfixOf } from './hotfix.ts';
import type { PatchInstructions } from './patch-instructions.ts';

/**
 * Control with one subdir's instructions put into its decisions, and what earlier ones had put there taken out; the
 * same object when nothing changes. The index then follows, since control is what it is made from.
 *
 * @param filenames the packages that are there: no others get a decision
 */
export function decideHotfixes(
  control: Control,
  filenames: Iterable<string>,
  instructions: PatchInstructions,
): Control {
  const packages = new Map(Object.entries(control.packages));
  for (const filename of new Set([...packages.keys(), ...filenames])) {
    const { hotfix: _, ...rest } = packages.get(filename) ?? {};
    const hotfix = hotfixOf(filename, instructions);
    const decision: Decision = hotfix === null ? rest : { ...rest, hotfix };
    if (Object.keys(decision).length > 0) packages.set(filename, decision);
    else packages.delete(filename);
  }
  const decided: Control = { ...control, packages: Object.fromEntries(packages) };
  return canonicalJson(decided) === canonicalJson(control) ? control : decided;
}
