import { checkOfCode } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { artifactId, type EntryOutcome, type Waiting } from '../../documents/plan.ts';
import { rejectedHint } from '../../gate/door/rejected-hint.ts';
import { compareCodePoints } from '../../json/json.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { noarch } from '../../names/subdir.ts';
import { compareVersionTexts } from '../../names/version/version-texts.ts';
import { dependencySpec } from '../../record/dependency-spec.ts';
import type { RepodataRecord } from '../../record/record.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import type { InstallRequest } from '../requests.ts';
import type { Held } from './held.ts';

/** What a solution was looked for among. */
interface Solution {
  readonly specs: InstallRequest['specs'];
  readonly outcome: EntryOutcome;
  /** All that the request's solutions hold. */
  readonly chosen: readonly UpstreamRecord[];
  /** What is held of a name. */
  readonly heldOf: (name: string) => readonly Held<UpstreamRecord>[];
}

/**
 * What a solution would have instead of what it has, were it not held: of each of its names the newest file that is newer
 * than the chosen one, lies where the solver looked, and is what the entry and all else of the solution ask for.
 */
export function waitingPackages({ specs, outcome, chosen, heldOf }: Solution): Waiting[] {
  const ids = new Set(outcome.artifacts);
  const here = chosen.filter((one) => ids.has(artifactId(one)));
  return here.flatMap((one) => {
    const newer = heldOf(one.record.name).filter((held) => isInsteadOf(held.what, one, outcome));
    if (newer.length === 0) return [];
    const asked = specsOn(one.record.name, specs, here);
    const fitting = newer.filter(
      ({ what }) => asked.every((spec) => matchesPlaced(spec, what)) && fitsPython(what, here),
    );
    // Of one build in two subdirs always the same is named, in whatever order they were read.
    const [newest] = fitting.sort(
      (a, b) => compareBuilds(b.what.record, a.what.record) || compareCodePoints(a.id, b.id),
    );
    return newest === undefined ? [] : [waitingOf(newest)];
  });
}

export function waitingOf({ id, sha256, firing }: Omit<Held<unknown>, 'what'>): Waiting {
  const { code, detail, until = null } = firing;
  const hint = hintOf(firing, sha256);
  return { id, code, detail, until, ...(hint !== null && { hint }) };
}

/** Without a day that a waiver would end on: equal plans have equal bytes. */
function hintOf({ code, verdict, sha256: ofFile, until }: Firing, sha256: Sha256 | null): string | null {
  if (verdict === 'reject') return rejectedHint(code);
  const pinned = ofFile ?? sha256;
  if (verdict !== 'hold' || pinned === null || checkOfCode(code) === null) return null;
  const first = until === undefined ? '' : 'it enters by itself then; before that ';
  return `${first}a line of "waivers" in the allowlist lets it in, of check ${code} and sha256 ${pinned}`;
}

const isInsteadOf = (held: UpstreamRecord, chosen: UpstreamRecord, { platform }: EntryOutcome): boolean =>
  held.channel === chosen.channel &&
  (held.subdir === platform || held.subdir === noarch) &&
  compareBuilds(held.record, chosen.record) > 0;

/** As solvers order the builds of a name: by version, build number, and time. */
const compareBuilds = (a: RepodataRecord, b: RepodataRecord): number =>
  compareVersionTexts(a.version, b.version) ||
  a.build_number - b.build_number ||
  (a.timestamp ?? 0) - (b.timestamp ?? 0);

/** What the entry and the solution ask of a name. */
function specsOn(name: string, specs: readonly MatchSpec[], chosen: readonly UpstreamRecord[]): MatchSpec[] {
  const texts = chosen.flatMap(({ record }) => record.depends.filter((text) => text.startsWith(name)));
  const needed = [...new Set(texts)].flatMap((text) => dependencySpec(text) ?? []);
  return [...specs, ...needed].filter((spec) => spec.name === name);
}

/** A build for another python is no stand-in: of each version there is one for every python. */
function fitsPython({ record }: UpstreamRecord, chosen: readonly UpstreamRecord[]): boolean {
  const pythons = chosen.filter((one) => /^python(?:_abi)?$/.test(one.record.name));
  const needed = record.depends.flatMap((text) =>
    /^python(?:_abi)?\b/.test(text) ? (dependencySpec(text) ?? []) : [],
  );
  return needed.every((spec) => pythons.every((one) => one.record.name !== spec.name || matchesPlaced(spec, one)));
}
