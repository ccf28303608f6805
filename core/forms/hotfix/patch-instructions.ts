import { z } from 'zod';
import { parseJson } from '../../json.ts';

const changes = z.record(z.string(), z.record(z.string(), z.json()));

/** What no hotfix may touch: CEP 47, and CEP 12 ("MUST NOT be patched"); identity and hashes are the bytes' own. */
const untouchable = [
  'indexed_timestamp',
  'run_exports',
  'name',
  'version',
  'build',
  'build_number',
  'subdir',
  'md5',
  'sha256',
  'size',
];

/** `patch_instructions.json` as conda's channels write it (conda-facts 5.2). */
const instructionsSchema = z
  .strictObject({
    patch_instructions_version: z.literal(1, 'is not a version that is known here'),
    /** File name -> keys and their new values. */
    packages: changes.default({}),
    'packages.conda': changes.default({}),
    remove: z.array(z.string()).default([]),
    revoke: z.array(z.string()).default([]),
  })
  .superRefine((instructions, context) => {
    for (const section of ['packages', 'packages.conda'] as const) {
      for (const [filename, patch] of Object.entries(instructions[section])) {
        const key = Object.keys(patch).find((name) => untouchable.includes(name));
        if (key !== undefined) {
          context.addIssue({ code: 'custom', path: [section, filename, key], message: 'cannot be patched' });
        }
      }
    }
  });
export type PatchInstructions = z.infer<typeof instructionsSchema>;

/**
 * An organisation's own hotfixes for one subdir.
 *
 * @param what names the file in errors
 * @throws GatehouseError `json.invalid`
 */
export function parsePatchInstructions(text: string, what: string): PatchInstructions {
  return parseJson(text, instructionsSchema, what);
}

/** Several files as one, in the order given: of two values for one key the later counts. */
export function mergePatchInstructions(all: readonly PatchInstructions[]): PatchInstructions {
  const section = (of: 'packages' | 'packages.conda') => {
    const merged = new Map<string, PatchInstructions['packages'][string]>();
    for (const instructions of all) {
      for (const [filename, patch] of Object.entries(instructions[of])) {
        merged.set(filename, { ...merged.get(filename), ...patch });
      }
    }
    return Object.fromEntries(merged);
  };
  return {
    patch_instructions_version: 1,
    packages: section('packages'),
    'packages.conda': section('packages.conda'),
    remove: all.flatMap(({ remove }) => remove),
    revoke: all.flatMap(({ revoke }) => revoke),
  };
}
