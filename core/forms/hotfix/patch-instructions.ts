import { z } from 'zod';
import { didYouMean } from '../../did-you-mean.ts';
import { parseJson } from '../../json.ts';
import { namesChannel, parseMatchSpec } from '../../match-spec.ts';
import { type PackageFormat, parsePackageFileName } from '../../package-file-name.ts';
import { recordSchema } from '../../record/record.ts';

const changes = z.record(z.string(), z.record(z.string(), z.json()));
const fileNames = z.array(z.string().refine((name) => parsePackageFileName(name) !== null, 'is no package file name'));

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

const formats = { packages: '.tar.bz2', 'packages.conda': '.conda' } as const satisfies Record<string, PackageFormat>;

/** `patch_instructions.json` as conda's channels write it (conda-facts 5.2). */
export const instructionsSchema = z
  .strictObject({
    patch_instructions_version: z.literal(1, 'is not a version that is known here'),
    /** File name -> keys and their new values. */
    packages: changes.default({}),
    'packages.conda': changes.default({}),
    remove: fileNames.default([]),
    revoke: fileNames.default([]),
  })
  .superRefine((instructions, context) => {
    const sections = ['packages', 'packages.conda'] as const;
    for (const fault of sections.flatMap((section) => faultsIn(section, instructions[section]))) {
      context.addIssue({ code: 'custom', ...fault });
    }
  });
export type PatchInstructions = z.infer<typeof instructionsSchema>;

interface Fault {
  readonly path: string[];
  readonly message: string;
}

function faultsIn(section: keyof typeof formats, patches: z.infer<typeof changes>): Fault[] {
  return Object.entries(patches).flatMap(([filename, patch]) => {
    const isPackage = parsePackageFileName(filename)?.endsWith(formats[section]) === true;
    const path = [section, filename];
    const misnamed = { path, message: `is not the name of a ${formats[section]} package` };
    const faults = Object.entries(patch).flatMap(([key, value]) => {
      const message = faultOf(key, value);
      return message === null ? [] : [{ path: [...path, key], message }];
    });
    return isPackage ? faults : [misnamed, ...faults];
  });
}

/** Why a key of a record cannot be given a value, or null. */
function faultOf(key: string, value: unknown): string | null {
  if (untouchable.includes(key)) return 'cannot be patched';
  const known = new Map(Object.entries(recordSchema.shape));
  const near = known.has(key) ? null : didYouMean(key, known.keys());
  // Records have keys that are not known here, but a misspelt one would be a hotfix that mends nothing.
  if (near !== null) return `is no key of a record: did you mean "${near}"?`;
  const typed = known.get(key)?.safeParse(value);
  if (typed?.success === false) return `does not fit: ${typed.error.issues[0]?.message}`;
  const specs = (key === 'depends' || key === 'constrains') && Array.isArray(value) ? value.map(String) : [];
  const bad = specs.find((text) => namesChannel(text) || !parseMatchSpec(text).ok);
  return bad === undefined ? null : `"${bad}" is no dependency that every client can read`;
}

/**
 * An organisation's own hotfixes for one subdir.
 *
 * @param what names the file in errors
 * @throws GatehouseError `json.invalid`
 */
export function parsePatchInstructions(text: string, what: string): PatchInstructions {
  return parseJson(text, instructionsSchema, what);
}
