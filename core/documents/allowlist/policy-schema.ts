import { z } from 'zod';
import { notEmpty } from '../../json/length-checks.ts';
import { quoted } from '../../json/text-problem.ts';
import { checkModes, checkOfCode } from '../gate/checks.ts';
import { defaultCoolDownDays } from '../gate/policy.ts';
import { urlOrNoneSchema } from './source-url.ts';
import { wordedText } from './worded-text.ts';

const noCheck = (text: string) => ({
  message: `${quoted(text)} is no check of the gate`,
  hint: 'docs/security.md lists them: A4, D3, or a code such as B2.absent',
});

/** Refuses a number that no check has; text of another kind has been refused by its pattern. */
function refuseUnknown(text: string, context: z.RefinementCtx<string>): void {
  if (checkOfCode(text) !== null || !/^[A-FR][0-9]/.test(text)) return;
  const { message, hint } = noCheck(text);
  context.addIssue({ code: 'custom', message, params: { hint } });
}

/** A check, or one of its codes. */
const checkSchema = wordedText(/^[A-FR][0-9]{1,2}(?:\.[a-z][a-z0-9-]*)?$/, noCheck).superRefine(refuseUnknown);

/** One that the organisation may count in another way. A recall is none: it ends by `--undo`, which the ledger tells of. */
const countedCheckSchema = wordedText(/^[A-F][0-9]{1,2}(?:\.[a-z][a-z0-9-]*)?$/, (text) =>
  checkOfCode(text) === 'R1'
    ? { message: `${quoted(text)} always counts`, hint: 'gatehouse recall --undo ends a recall' }
    : noCheck(text),
).superRefine(refuseUnknown);

const licenseSchema = wordedText(/^[A-Za-z0-9][A-Za-z0-9.+-]{0,99}$/, (text) => ({
  message: `${quoted(text)} is not an SPDX license identifier`,
  hint: 'list identifiers one by one: "MIT", "BSD-3-Clause"',
}));

const dateSchema = wordedText(/^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/, (text) => ({
  message: `${quoted(text)} is not a day`,
  hint: 'write it like "2027-03-31"',
}));

const pinnedSha256Schema = wordedText(/^[0-9a-f]{64}$/, (text) => ({
  message: `${quoted(text)} is not a sha256`,
  hint: 'write its 64 hexadecimal digits, as the gate says them',
}));

const maxDays = 365;
const wrongDays = `a cool-down is of 0 to ${maxDays} days`;

/** How the gate acts, as written. */
export const policySchema = z
  .strictObject({
    checks: z
      .record(countedCheckSchema, z.enum(checkModes))
      .meta({ description: 'How a check, or one of its codes, counts where it differs from docs/security.md.' })
      .meta({ examples: [{ C4: 'enforce', 'B2.absent': 'enforce' }] })
      .optional(),
    advisories: urlOrNoneSchema
      .meta({ description: "Where the advisories are: an export of OSV's, by its URL; none for nowhere." })
      .optional(),
    coolDown: z
      .strictObject({
        days: z.number().min(0, wrongDays).max(maxDays, wrongDays).meta({ default: defaultCoolDownDays }).optional(),
        local: z.boolean().meta({ description: 'Also of file: and loopback channels and indexes.' }).optional(),
      })
      .meta({ description: 'How long what is new upstream waits.' })
      .optional(),
    licenses: z
      .array(licenseSchema)
      .check(notEmpty)
      .meta({
        description: 'SPDX identifiers; a package with another license is held.',
        uniqueItems: true,
        minItems: 1,
      })
      .optional(),
  })
  .meta({ description: 'How the gate acts: docs/security.md.' });

export const waiverEntrySchema = z.strictObject({
  check: checkSchema.meta({ description: 'The check that holds it, or one of its codes.' }),
  sha256: pinnedSha256Schema.meta({ description: 'Of the package, or of the file in it that the gate names.' }),
  reason: z.string().regex(/\S/, 'a waiver needs a reason'),
  expires: dateSchema.meta({ description: 'The last day on which it counts.' }),
});
