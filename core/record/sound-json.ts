import { isPlain } from '../json/plain-object.ts';

/** Deeper than any real record by far; what is nested deeper may exhaust a reader: simdjson gives up at 1024, Python near 1000. */
const maxLevels = 16;

/**
 * Why a value cannot be handed on so that every JSON reader takes it for what it was, as a sentence fragment; null when
 * it can. A number beyond 2^53 is not what upstream wrote any more, half a surrogate pair makes serde_json refuse a
 * record, and msgpack holds values that JSON has no word for.
 */
export function unsoundJson(value: unknown, levels = maxLevels): string | null {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? null : 'a text that is not Unicode';
    case 'number':
      return unsoundNumber(value);
    case 'boolean':
      return null;
    case 'object':
      return value === null ? null : unsoundObject(value, levels);
    default:
      return 'a value that JSON does not have';
  }
}

function unsoundNumber(value: number): string | null {
  if (!Number.isFinite(value)) return 'a number that JSON does not have';
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'a whole number beyond 2^53' : null;
}

function unsoundObject(value: object, levels: number): string | null {
  if (!Array.isArray(value) && !isPlain(value)) return 'a value that JSON does not have';
  if (levels === 0) return `a value nested deeper than ${maxLevels} levels`;
  return Array.isArray(value) ? unsoundOf(value, levels) : unsoundMembers(value, levels);
}

function unsoundOf(list: readonly unknown[], levels: number): string | null {
  for (const one of list) {
    const unsound = unsoundJson(one, levels - 1);
    if (unsound !== null) return unsound;
  }
  return null;
}

function unsoundMembers(value: object, levels: number): string | null {
  for (const [key, member] of Object.entries(value)) {
    const unsound = unsoundMember(key, member, levels);
    if (unsound !== null) return unsound;
  }
  return null;
}

/** The same of one member of an object. */
export const unsoundMember = (key: string, member: unknown, levels = maxLevels): string | null =>
  unsoundKey(key) ?? unsoundJson(member, levels - 1);

/** Readers of msgpack in JavaScript refuse `__proto__`. */
const unsoundKey = (key: string): string | null => (key === '__proto__' ? 'a key "__proto__"' : unsoundJson(key));
