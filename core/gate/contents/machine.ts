import { viewOf } from '../../archive/byte-reader.ts';

/** Enough for the headers that name a machine; PE's lies where the DOS header says, which linkers put at 0x80 to 0x200. */
export const machineHeadBytes = 4096;

/** ELF's `e_machine` (System V ABI, "Machine Information"); 64 bits and byte order are of other fields. */
const elfMachines: ReadonlyMap<number, string> = new Map([
  [0x03, 'x86'],
  [0x3e, 'x86_64'],
  [0x28, 'arm'],
  [0xb7, 'aarch64'],
  [0x14, 'ppc'],
  [0x15, 'ppc64'],
  [0x16, 's390x'],
  [0xf3, 'riscv'],
  [0x102, 'loongarch'],
  [0xbe, 'cuda'],
  [0xe0, 'amdgpu'],
  [0xf7, 'bpf'],
]);

/** PE's `Machine` (Microsoft, "PE Format", Machine Types). */
const peMachines: ReadonlyMap<number, string> = new Map([
  [0x14c, 'x86'],
  [0x8664, 'x86_64'],
  [0xaa64, 'arm64'],
  [0x1c0, 'arm'],
  [0x1c4, 'arm'],
]);

/** Mach-O's `cputype` (Apple, `mach/machine.h`). */
const machoMachines: ReadonlyMap<number, string> = new Map([
  [0x7, 'x86'],
  [0x01000007, 'x86_64'],
  [0x0c, 'arm'],
  [0x0100000c, 'arm64'],
  [0x12, 'ppc'],
  [0x01000012, 'ppc64'],
]);

/**
 * What machine a native binary is for, by its first bytes: `elf-x86_64`, `pe-arm64`, `macho-universal`, `wasm`; null of
 * what is none.
 *
 * @param head its first 4096 bytes, or all of it
 */
export function machineOf(head: Uint8Array): string | null {
  if (head.length < 8) return null;
  const view = viewOf(head);
  switch (view.getUint32(0)) {
    case 0x7f454c46:
      return elf(view);
    case 0x0061736d:
      return 'wasm';
    case 0xfeedface:
    case 0xfeedfacf:
      return `macho-${machoMachines.get(view.getUint32(4)) ?? 'other'}`;
    case 0xcefaedfe:
    case 0xcffaedfe:
      return `macho-${machoMachines.get(view.getUint32(4, true)) ?? 'other'}`;
    case 0xcafebabe:
    case 0xcafebabf:
      // Java's classes start so too, and have there a version of 45 or more.
      return view.getUint32(4) < 45 ? 'macho-universal' : null;
    default:
      return view.getUint16(0) === 0x4d5a ? pe(view) : null;
  }
}

function elf(view: DataView): string | null {
  if (view.byteLength < 20) return null;
  const little = view.getUint8(5) === 1;
  const name = elfMachines.get(view.getUint16(18, little)) ?? 'other';
  return `elf-${name}${little && name === 'ppc64' ? 'le' : ''}`;
}

function pe(view: DataView): string | null {
  if (view.byteLength < 64) return null;
  const at = view.getUint32(60, true);
  // No linker puts it behind the bytes that are looked at, but Windows would run it.
  if (at + 6 > view.byteLength) return view.byteLength === machineHeadBytes ? 'pe-other' : null;
  if (view.getUint32(at) !== 0x50450000) return null;
  return `pe-${peMachines.get(view.getUint16(at + 4, true)) ?? 'other'}`;
}
