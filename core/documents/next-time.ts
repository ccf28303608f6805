/*
 * EventBridge's schedule expressions, in UTC.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const unitMs = { minute: minuteMs, hour: 60 * minuteMs, day: dayMs } as const;

/** A leap day is at most eight years away. */
const maxDays = 9 * 366;

/**
 * When a schedule fires next after a time, both in milliseconds since the epoch. Null for a `cron` that never does, or that this
 * does not read: with `W`, `LW` or a number behind `L`.
 */
export function nextTime(expression: string, after: number): number | null {
  const [, count = '', unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit === 'minute' || unit === 'hour' || unit === 'day') return after + Number(count) * unitMs[unit];
  const [, text = ''] = /^cron\(([^()]+)\)$/.exec(expression) ?? [];
  const fields = text.trim().split(/\s+/);
  return fields.length === 6 ? nextByCron(fields, after) : null;
}

type InField = (value: number) => boolean;
type OnDay = (date: Date) => boolean;

function nextByCron(fields: readonly string[], after: number): number | null {
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields;
  const minute = fieldOf(minutes, 0, 59);
  const hour = fieldOf(hours, 0, 23);
  const onDay = [dayOfMonth(days), dayOfWeek(weekdays), monthOf(months), yearOf(years)];
  if (minute === null || hour === null || onDay.includes(null)) return null;
  const first = Math.floor(after / dayMs) * dayMs;
  for (let day = first; day < first + maxDays * dayMs; day += dayMs) {
    if (!onDay.every((is) => is?.(new Date(day)))) continue;
    const at = Array.from({ length: dayMs / minuteMs }, (_, i) => day + i * minuteMs).find(
      (one) => one > after && hour(new Date(one).getUTCHours()) && minute(new Date(one).getUTCMinutes()),
    );
    if (at !== undefined) return at;
  }
  return null;
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The values of a field: lists of values, ranges and steps. Null for what this does not read. */
function fieldOf(text: string, min: number, max: number, names: readonly string[] = []): InField | null {
  const numberOf = (part: string) => (names.includes(part) ? names.indexOf(part) + min : Number(part));
  const parts = text
    .toUpperCase()
    .split(',')
    .map((part) => partOf(part, { min, max, numberOf }));
  const values = new Set(parts.flatMap((part) => part ?? []));
  return parts.includes(null) ? null : (value) => values.has(value);
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly numberOf: (part: string) => number;
}

/** `*`, `3`, `3-5`, each with a step behind `/` or without. */
function partOf(part: string, { min, max, numberOf }: Bounds): number[] | null {
  const [whole, range = '', step] = /^([*?]|\w+(?:-\w+)?)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
  if (whole === undefined) return null;
  const [from = '', to] = range.split('-');
  const isAll = from === '*' || from === '?';
  const first = isAll ? min : numberOf(from);
  const open = isAll || step !== undefined ? max : first;
  const last = to === undefined ? open : numberOf(to);
  if (!(first >= min && last <= max && first <= last)) return null;
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return all.filter((value) => (value - first) % Number(step ?? 1) === 0);
}

const monthOf = (text: string): OnDay | null =>
  onDate(fieldOf(text, 1, 12, monthNames), (date) => date.getUTCMonth() + 1);
const yearOf = (text: string): OnDay | null => onDate(fieldOf(text, 1970, 2199), (date) => date.getUTCFullYear());

const onDate = (field: InField | null, numberIn: (date: Date) => number): OnDay | null =>
  field && ((date) => field(numberIn(date)));

function dayOfMonth(text: string): OnDay | null {
  if (text === 'L') return (date) => new Date(date.getTime() + dayMs).getUTCDate() === 1;
  return onDate(fieldOf(text, 1, 31), (date) => date.getUTCDate());
}

/** Sunday is 1. `3#2` is the second Tuesday of a month. */
function dayOfWeek(text: string): OnDay | null {
  const [, weekday = '', nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  const field = fieldOf(nth === undefined ? text : weekday, 1, 7, dayNames);
  const isNth = (date: Date) => nth === undefined || Math.ceil(date.getUTCDate() / 7) === Number(nth);
  return field && ((date) => field(date.getUTCDay() + 1) && isNth(date));
}
