import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import { type Pep440Version, parsePep440Version } from '../names/pep440/pep440-version.ts';
import type { AffectedRange } from './advisory.ts';

/** A key of each event is what happened, its value the version at which. */
type OsvEvent = Readonly<Record<string, string>>;

interface OsvRange {
  readonly type: string;
  readonly events: readonly OsvEvent[];
}

type EventKind = 'introduced' | 'fixed' | 'last_affected';

interface PlacedEvent {
  readonly kind: EventKind;
  readonly text: string;
  /** Null where it is no version: it is left where it was written. */
  readonly version: Pep440Version | null;
}

/**
 * The ranges of releases that a range of OSV's (its schema, "affected[].ranges[].events") stands for: its events in order of
 * version, each `introduced` up to the next `fixed` or `last_affected`. A range of commits says nothing of releases.
 */
export function rangesOf({ type, events }: OsvRange): AffectedRange[] {
  if (type === 'GIT') return [];
  const ranges: AffectedRange[] = [];
  let introduced: string | null = null;
  for (const { kind, text } of inOrder(events)) {
    if (kind === 'introduced') introduced ??= text;
    else if (introduced !== null) {
      ranges.push({ introduced, ...ending(kind, text) });
      introduced = null;
    }
  }
  return introduced === null ? ranges : [...ranges, { introduced, fixed: null, lastAffected: null }];
}

const ending = (kind: EventKind, text: string): Pick<AffectedRange, 'fixed' | 'lastAffected'> =>
  kind === 'fixed' ? { fixed: text, lastAffected: null } : { fixed: null, lastAffected: text };

const kinds: readonly EventKind[] = ['introduced', 'last_affected', 'fixed'];

function inOrder(events: readonly OsvEvent[]): PlacedEvent[] {
  const placed = events.flatMap((event) =>
    kinds.flatMap((kind) => {
      const text = Object.hasOwn(event, kind) ? event[kind] : undefined;
      return text === undefined ? [] : [{ kind, text, version: parsePep440Version(text) }];
    }),
  );
  if (placed.some(({ version }) => version === null)) return placed;
  return placed.sort((a, b) => compareEvents(a, b));
}

/** Of two at one version a `fixed` comes first, since what it ends began before; `last_affected` holds its own version. */
function compareEvents(a: PlacedEvent, b: PlacedEvent): number {
  if (a.version === null || b.version === null) return 0;
  const ranks: Readonly<Record<EventKind, number>> = { fixed: 0, introduced: 1, last_affected: 2 };
  return comparePep440(a.version, b.version) || ranks[a.kind] - ranks[b.kind];
}
