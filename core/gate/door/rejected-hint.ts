import { checkOfCode } from '../../documents/gate/checks.ts';

const recalled =
  'gatehouse why has the recall: one by hand ends with gatehouse recall --undo, and one by a sweep once its advisory is withdrawn or its waiver is renewed';

const secret =
  'take it out, build again under a new version, and publish that; if anybody else has had the file, the secret is known';

const others = 'these bytes are not let in, and no waiver changes that: take another build or version';

/** What a person can do about bytes that are rejected, by the code of what rejects them. */
export function rejectedHint(code: string): string {
  switch (checkOfCode(code)) {
    case 'R1':
      return recalled;
    case 'E1':
      return secret;
    default:
      return others;
  }
}
