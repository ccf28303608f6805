const elf: Readonly<Record<string, readonly [number, boolean]>> = {
  'elf-x86': [0x03, true],
  'elf-x86_64': [0x3e, true],
  'elf-aarch64': [0xb7, true],
  'elf-ppc64': [0x15, false],
  'elf-ppc64le': [0x15, true],
};
const pe: Readonly<Record<string, number>> = { 'pe-x86': 0x14c, 'pe-x86_64': 0x8664, 'pe-arm64': 0xaa64 };
const macho: Readonly<Record<string, number>> = { 'macho-x86_64': 0x01000007, 'macho-arm64': 0x0100000c };

/** A file that starts as a native binary for this machine does, and holds nothing else. */
export function binaryFor(machine: string): Uint8Array {
  const bytes = Buffer.alloc(256);
  if (machine === 'wasm') bytes.write('\0asm\x01\0\0\0', 'latin1');
  if (machine === 'macho-universal') bytes.set([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2]);
  if (elf[machine] !== undefined) {
    const [code, isLittle] = elf[machine];
    bytes.write('\x7fELF\x02', 'latin1');
    bytes[5] = isLittle ? 1 : 2;
    if (isLittle) bytes.writeUInt16LE(code, 18);
    else bytes.writeUInt16BE(code, 18);
  }
  if (macho[machine] !== undefined) {
    bytes.set([0xcf, 0xfa, 0xed, 0xfe]);
    bytes.writeUInt32LE(macho[machine], 4);
  }
  if (pe[machine] !== undefined) {
    bytes.write('MZ');
    bytes.writeUInt32LE(128, 60);
    bytes.write('PE\0\0', 128, 'latin1');
    bytes.writeUInt16LE(pe[machine], 132);
  }
  return bytes;
}
