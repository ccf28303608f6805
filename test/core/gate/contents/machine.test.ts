import { describe, expect, it } from 'vitest';
import { machineOf } from '../../../../core/gate/contents/machine.ts';
import { binaryFor } from '../../../support/gate/native-heads.ts';

describe('machineOf', () => {
  it.each([
    'elf-x86',
    'elf-x86_64',
    'elf-aarch64',
    'elf-ppc64',
    'elf-ppc64le',
    'macho-x86_64',
    'macho-arm64',
    'macho-universal',
    'pe-x86',
    'pe-x86_64',
    'pe-arm64',
    'wasm',
  ])('tells %s', (machine) => {
    expect(machineOf(binaryFor(machine))).toBe(machine);
  });

  it.each([
    ['a Java class', Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 0, 0])],
    ['a text that starts as DOS programs do', Buffer.from(`MZ${'x'.repeat(200)}`)],
    ['a short file', Buffer.from('\x7fELF')],
    ['nothing', new Uint8Array()],
  ])('tells none of %s', (_, head) => {
    expect(machineOf(head)).toBeNull();
  });

  it('tells that there is one where its header lies behind what is looked at', () => {
    const head = Buffer.alloc(4096);
    head.write('MZ');
    head.writeUInt32LE(5000, 60);
    expect(machineOf(head)).toBe('pe-other');
  });
});
