import type { Problem } from '../../problems/problem.ts';
import type { OfferedPackage, OwnWorld } from './own-channel.ts';
import type { OfferedWheel, PackageOfWheel, PackagesOfWheel } from './packages-of-wheel.ts';
import type { Verdict } from './tell-lacking.ts';

/** What becomes of a file that is offered. */
export interface Judged {
  /** Of a wheel, the conda packages to make of it. */
  readonly kept: readonly PackageOfWheel[];
  readonly warnings: readonly Problem[];
  readonly problems: readonly Problem[];
}

interface Verdicts extends Pick<OwnWorld, 'to'> {
  readonly conda: ReadonlyMap<OfferedPackage, Verdict>;
  readonly pip: ReadonlyMap<OfferedWheel, Verdict>;
}

/** A wheel must install with conda or with pip, and its conda package only comes if it does; staging takes all of it. */
export function judgeWheel(
  { wheel, packaged }: { readonly wheel: OfferedWheel; readonly packaged: PackagesOfWheel },
  { conda, pip, to }: Verdicts,
): Judged {
  if ('problem' in packaged && packaged.problem.code === 'publish.not-reserved')
    return { kept: [], warnings: [], problems: [packaged.problem] };
  const subject = wheel.wheel.fileName.fileName;
  const all = 'problem' in packaged ? [] : packaged.packages;
  const told = 'problem' in packaged ? [packaged.problem] : packaged.warnings;
  const lacking = all.flatMap((one) => lackingIn(one, one.filename, conda));
  const forPip = faultOf(pip.get(wheel), subject);
  const kept = all.filter((one) => conda.get(one)?.installs === true);
  const reasons = [...told, ...lacking, ...forPip];
  if (to === 'staging') return { kept: all, warnings: reasons, problems: [] };
  if (kept.length > 0)
    return { kept, warnings: [...told, ...lacking, ...forPip.map(as('publish.conda-only'))], problems: [] };
  if (forPip.length > 0) return { kept: [], warnings: [], problems: reasons };
  return { kept: [], warnings: [...told, ...lacking].map(as('publish.pip-only')), problems: [] };
}

/** A conda package that was given as it is must install with conda. */
export function judgePackage(one: OfferedPackage, { conda, to }: Omit<Verdicts, 'pip'>): Judged {
  const lacking = lackingIn(one, one.filename, conda);
  return to === 'staging'
    ? { kept: [], warnings: lacking, problems: [] }
    : { kept: [], warnings: [], problems: lacking };
}

const lackingIn = (one: OfferedPackage, subject: string, conda: Verdicts['conda']): Problem[] =>
  faultOf(conda.get(one), subject);

const faultOf = (verdict: Verdict | undefined, subject: string): Problem[] =>
  verdict === undefined || verdict.installs ? [] : [{ ...verdict.reason, subject }];

const as =
  (code: string) =>
  (problem: Problem): Problem => ({ ...problem, code });
