import type { JsonNode } from '../../json/locate-json.ts';
import { memberOf } from '../../json/locate-json.ts';
import { checkIds } from '../gate/checks.ts';
import { daysInMs, defaultPolicy, type Policy, type Waiver, waiverSchema } from '../gate/policy.ts';
import { faultAt, type ParseContext } from './parse-context.ts';
import { policySchema, waiverEntrySchema } from './policy-schema.ts';

/** Checks that only ever reject: what they find no waiver ends, for two clients may read such a file two ways. */
const finalChecks: ReadonlySet<string> = new Set([
  ...checkIds.filter((id) => id.startsWith('A') && id !== 'A10' && id !== 'A12'),
  ...['B1', 'B7', 'C1', 'D5', 'D6', 'R1'],
]);

/** `policy` and `waivers`; what does not fit the schema has been reported before. */
export function readPolicy(root: JsonNode, context: Pick<ParseContext, 'report'>): Policy {
  const waivers = readWaivers(memberOf(root, 'waivers'), context);
  const written = policySchema.safeParse(memberOf(root, 'policy')?.value ?? {});
  if (!written.success) return { ...defaultPolicy, waivers };
  const { checks = {}, advisories = null, coolDown = {}, licenses = null } = written.data;
  return {
    modes: new Map(Object.entries(checks)),
    advisories,
    coolDown: coolDown.days === undefined ? defaultPolicy.coolDown : daysInMs(coolDown.days),
    coolDownLocal: coolDown.local ?? false,
    licenses,
    waivers,
  };
}

function readWaivers(node: JsonNode | null, { report }: Pick<ParseContext, 'report'>): Waiver[] {
  const seen = new Set<string>();
  return (node?.items ?? []).flatMap((item) => {
    const written = waiverEntrySchema.safeParse(item.value);
    const waiver = waiverSchema.safeParse(item.value);
    if (!written.success || !waiver.success) return [];
    const { check, sha256, expires } = waiver.data;
    const isFinal = finalChecks.has(check.split('.', 1)[0] ?? '');
    const hint = 'take another build';
    if (isFinal) report(faultAt(item, { message: `${check} rejects for good: no waiver ends that`, hint }));
    if (!isOfCalendar(expires)) report(faultAt(item, { message: `${expires} is no day of the calendar` }));
    const identity = `${check} ${sha256}`;
    if (seen.has(identity)) report(faultAt(item, { message: 'this is waived twice' }));
    seen.add(identity);
    return [waiver.data];
  });
}

/** JavaScript takes 31 February for 3 March. */
const isOfCalendar = (day: string): boolean => {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};
