import { sameBytes } from '../../ports/byte-source.ts';
import { viewOf } from '../byte-reader.ts';
import { refuse } from '../finding.ts';

const zip64 = 0x0001;
const unicodePath = 0x7075;

/** What a header's field says where the ZIP64 extra holds its value (APPNOTE 4.5.3). */
const inExtra = 0xffffffff;

/**
 * Reads a header's extra fields. A ZIP64 extra may be empty (seen in the wild) or repeat what the header says itself.
 *
 * @param sizes `[size, compressed size]`, and in the central directory `, offset]` (APPNOTE 4.5.3's order)
 * @returns those with their ZIP64 values put in; `zip64` says that the header has such an extra
 * @throws GatehouseError `package.refused` with `A4.extra` or `A4.mismatch`
 */
export function resolveExtras(
  extra: Uint8Array,
  name: Uint8Array,
  sizes: readonly number[],
): { readonly sizes: readonly number[]; readonly zip64: boolean } {
  let wide: readonly number[] | null = null;
  for (const { id, data } of extraFields(extra)) {
    if (id === unicodePath && !sameBytes(data.subarray(5), name)) refuse('A4.mismatch', 'a member has a second name');
    if (id !== zip64) continue;
    if (wide !== null) refuse('A4.extra', 'a member has two ZIP64 extras');
    wide = wideValues(data);
  }
  return { sizes: withWide(sizes, wide ?? []), zip64: wide !== null && wide.length > 0 };
}

function* extraFields(extra: Uint8Array): Generator<{ id: number; data: Uint8Array }> {
  const view = viewOf(extra);
  for (let at = 0; at < extra.length; ) {
    if (at + 4 > extra.length) refuse('A4.extra', 'an extra field ends early');
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.length) refuse('A4.extra', 'an extra field ends early');
    yield { id: view.getUint16(at, true), data: extra.subarray(at + 4, end) };
    at = end;
  }
}

function wideValues(data: Uint8Array): number[] {
  if (data.length % 8 !== 0) refuse('A4.extra', `a ZIP64 extra of ${data.length} bytes`);
  return Array.from({ length: data.length / 8 }, (_, i) => wideNumber(viewOf(data), i * 8));
}

/** Above 2^53 inexact, which only ever makes a number that fits no file. */
export function wideNumber(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** The extra holds a value for each field that points to it, or for the header's fields from the first on. */
function withWide(sizes: readonly number[], wide: readonly number[]): readonly number[] {
  const pointing = sizes.filter((size) => size === inExtra).length;
  const whole = wide.length >= 2 && wide.length <= sizes.length;
  if (wide.length !== pointing && !whole) refuse('A4.extra', 'a ZIP64 extra lacks values or has too many');
  const values = wide.values();
  return sizes.map((size, i) => {
    const inOrder = size === inExtra ? values.next().value : undefined;
    if (wide.length === pointing) return resolved(size, inOrder);
    // Other readers take values in order, for the fields that point to them alone.
    if (size === inExtra && inOrder !== wide[i]) refuse('A4.extra', 'a ZIP64 extra can be read in two ways');
    return resolved(size, wide[i]);
  });
}

function resolved(size: number, wide: number | undefined): number {
  if (size === inExtra) return wide ?? refuse('A4.extra', 'a ZIP64 extra lacks a value');
  // A value that the header does not point to is used by nobody; rattler's writer leaves 0 there.
  if (wide !== undefined && wide !== size && wide !== 0) refuse('A4.extra', 'a ZIP64 extra contradicts its header');
  return size;
}
