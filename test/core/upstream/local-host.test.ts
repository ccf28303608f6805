import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocalHost } from '../../../core/upstream/local-host.ts';

/** What node:net says of the same ranges; it knows mapped addresses, and not those of NAT64 and old compatible ones. */
const local = new BlockList();
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
] as const)
  local.addSubnet(net, bits);
local.addSubnet('fe80::', 10, 'ipv6');
for (const address of ['::', '::1', 'fd00:ec2::254']) local.addAddress(address, 'ipv6');

const hostOf = (spelled: string) => new URL(`http://${spelled}/`).hostname;

const first = fc.oneof(fc.constantFrom(0, 10, 126, 127, 128, 168, 169, 172, 192), fc.nat(255));
const second = fc.oneof(fc.constantFrom(0, 253, 254, 255), fc.nat(255));
const ipv4 = fc.tuple(first, second, fc.nat(255), fc.nat(255));
const number = ([a, b, c, d]: readonly [number, number, number, number]) => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (value: number) => value.toString(16);

describe('isLocalHost', () => {
  it('knows an IPv4 address in each way that a URL may spell it', () => {
    fc.assert(
      fc.property(ipv4, (parts) => {
        const [a, b, c, d] = parts;
        const expected = local.check(parts.join('.'));
        const low = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
        const spellings = [
          parts.join('.'),
          `${number(parts)}`,
          `0x${hex(number(parts))}`,
          `0${number(parts).toString(8)}`,
          `0x${hex(a)}.0${b.toString(8)}.${c * 256 + d}`,
          `${a}.${number([0, b, c, d])}`,
          `${parts.join('.')}.`,
          `[::ffff:${parts.join('.')}]`,
          `[0:0:0:0:0:ffff:${low}]`,
          `[64:ff9b::${low}]`,
        ];
        for (const spelled of spellings) expect([spelled, isLocalHost(hostOf(spelled))]).toEqual([spelled, expected]);
      }),
    );
  });

  it('knows an IPv6 address as node:net does', () => {
    const start = fc.constantFrom('fe80', 'fe8f', 'fea0', 'febf', 'fec0', 'fe7f', 'fd00', 'fc00', '2001', '1', 'fe8');
    fc.assert(
      fc.property(start, fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 6 }), (head, rest) => {
        const spelled = `${head}::${rest.map(hex).join(':')}`;
        expect([spelled, isLocalHost(hostOf(`[${spelled}]`))]).toEqual([spelled, local.check(spelled, 'ipv6')]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '[::]',
    '[::1]',
    '[0:0::0:1]',
    '[fd00:ec2::254]',
    '[::127.0.0.1]',
    'localhost',
    'LOCALHOST',
    'a.localhost',
    'localhost.',
  ])('%s is local', (spelled) => {
    expect(isLocalHost(hostOf(spelled))).toBe(true);
  });

  it.each([
    '[::2:1:1]',
    '[::7f:1:2]',
    '[fe8::1]',
    '[fd00:ec2::255]',
    'localhost.example.org',
    'notlocalhost',
    '10.0.0.1',
    '192.168.1.1',
    '127.0.0.1.example.org',
  ])('%s is not', (spelled) => {
    expect(isLocalHost(hostOf(spelled))).toBe(false);
  });

  it('a file is', () => {
    expect(isLocalHost(new URL('file:///chan').hostname)).toBe(true);
  });
});
