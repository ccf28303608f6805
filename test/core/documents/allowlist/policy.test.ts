import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { type Allowlist, parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';
import { defaultPolicy, isInForce, modeOf } from '../../../../core/documents/gate/policy.ts';
import { allowlistText, expectProblem, type Parts, utf8 } from './expect-problem.ts';

const sha256 = 'a'.repeat(64);
const waiver = (more: Record<string, unknown> = {}) => ({
  check: 'D1',
  sha256,
  reason: 'read by M. Moser',
  expires: '2027-03-31',
  ...more,
});
const own = (text: string) => `, "waivers": [${text}]`;
/** A waiver with one member marked as what is wrong. */
const wrong = (name: string, value: unknown) =>
  own(JSON.stringify(waiver({ [name]: 'HERE' })).replace('"HERE"', `«${JSON.stringify(value)}»`));

describe('one thing wrong in what is said to the gate', () => {
  test.each<[string, Parts, string, string?]>([
    ['an unknown key', { more: ', "policy": {«"check"»: {}}' }, 'unknown key "check"', 'did you mean "checks"?'],
    [
      'an unknown key of the cool-down',
      { more: ', "policy": {"coolDown": {«"day"»: 7}}' },
      'unknown key "day"',
      'days',
    ],
    ['a check that is none', { more: ', "policy": {"checks": {«"C11"»: "off"}}' }, '"C11" is no check', 'security.md'],
    ['a check by a word', { more: ', "policy": {"checks": {«"cooldown"»: "off"}}' }, '"cooldown" is no check'],
    [
      'a recall that does not count',
      { more: ', "policy": {"checks": {«"R1"»: "off"}}' },
      '"R1" always counts',
      'gatehouse recall --undo',
    ],
    [
      'a recall by its code',
      { more: ', "policy": {"checks": {«"R1.recalled"»: "dry-run"}}' },
      '"R1.recalled" always counts',
    ],
    ['a mode that is none', { more: ', "policy": {"checks": {"C2": «"warn"»}}' }, '"warn" is not one of off'],
    ['less than no day', { more: ', "policy": {"coolDown": {"days": «-1»}}' }, 'of 0 to 365 days'],
    ['more than a year', { more: ', "policy": {"coolDown": {"days": «366»}}' }, 'of 0 to 365 days'],
    ['days in words', { more: ', "policy": {"coolDown": {"days": «"7"»}}' }, 'expected a number'],
    ['advisories by their path', { more: ', "policy": {"advisories": «"all.zip"»}' }, '"all.zip" is not a URL'],
    [
      'an expression for a license',
      { more: ', "policy": {"licenses": [«"MIT OR Zlib"»]}' },
      'is not an SPDX',
      'one by one',
    ],
    ['no license at all', { more: ', "policy": {"licenses": «[]»}' }, 'at least one'],
    ['a policy of another kind', { more: ', "policy": «"strict"»' }, 'expected an object {...}, found text'],
    ['a waiver of no check', { more: wrong('check', 'D9') }, '"D9" is no check of the gate'],
    ['a waiver of no sha256', { more: wrong('sha256', 'abc') }, '"abc" is not a sha256', '64 hexadecimal digits'],
    ['a waiver without a reason', { more: wrong('reason', ' ') }, 'a waiver needs a reason'],
    ['a waiver of another calendar', { more: wrong('expires', '31.3.2027') }, 'is not a day', '"2027-03-31"'],
    ['a waiver until no day', { more: own(`«${JSON.stringify(waiver({ expires: '2027-02-31' }))}»`) }, '2027-02-31'],
    [
      'a waiver without an end',
      { more: own(`«{»${JSON.stringify(waiver({ expires: undefined })).slice(1)}`) },
      '"expires"',
    ],
    [
      'an unknown key of a waiver',
      { more: own(`{«"sha"»: 1, ${JSON.stringify(waiver()).slice(1)}`) },
      'unknown key "sha"',
    ],
    [
      'a waiver of what rejects',
      { more: own(`«${JSON.stringify(waiver({ check: 'A4.framing' }))}»`) },
      'A4.framing rejects for good: no waiver ends that',
      'take another build',
    ],
    ['a waiver of a recall', { more: own(`«${JSON.stringify(waiver({ check: 'R1' }))}»`) }, 'R1 rejects for good'],
    [
      'a waiver twice',
      { more: own(`${JSON.stringify(waiver())}, «${JSON.stringify(waiver({ reason: 'again' }))}»`) },
      'this is waived twice',
    ],
  ])('%s', (_, parts, message, hint) => expectProblem(allowlistText(parts), { message, hint }));
});

function parsed(more: object): Allowlist {
  const read = parseAllowlist(
    utf8(allowlistText({ more: `, ${JSON.stringify(more).slice(1, -1)}` })),
    'allowlist.json',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.allowlist;
}

describe('what is said to the gate', () => {
  test('is as it is by default where nothing is said', () => {
    expect(parsed({ policy: {}, waivers: [] }).policy).toEqual(defaultPolicy);
  });

  test('counts as it is written', () => {
    const { policy } = parsed({
      policy: {
        checks: { C4: 'enforce', 'B2.absent': 'enforce', D7: 'off' },
        advisories: 'none',
        coolDown: { days: 14, local: true },
        licenses: ['MIT'],
      },
      waivers: [waiver()],
    });
    expect(policy).toMatchObject({
      advisories: 'none',
      coolDown: 14 * 86_400_000,
      coolDownLocal: true,
      licenses: ['MIT'],
    });
    expect(policy.waivers).toEqual([waiver()]);
    const modes = ['C4.severe', 'B2.absent', 'B2.missing', 'D7.menu', 'E2.license', 'B4.new-dep', 'C2.young'];
    expect(modes.map((code) => modeOf(code, policy))).toEqual([
      ...['enforce', 'enforce', 'enforce', 'off', 'enforce', 'dry-run', 'enforce'],
    ]);
  });

  test('a recall counts even where something else says otherwise', () => {
    const modes = new Map([
      ['R1', 'off'],
      ['R1.recalled', 'dry-run'],
    ] as const);
    expect(modeOf('R1.recalled', { ...defaultPolicy, modes })).toBe('enforce');
  });

  test('may let nothing wait, and a part of a day', () => {
    expect(parsed({ policy: { coolDown: { days: 0 } } }).policy.coolDown).toBe(0);
    expect(parsed({ policy: { coolDown: { days: 0.5 } } }).policy.coolDown).toBe(43_200_000);
  });

  test('a waiver counts to the end of its last day, in UTC', () => {
    const [one] = parsed({ waivers: [waiver()] }).policy.waivers;
    const times = ['2027-03-31T23:59:59Z', '2027-04-01T00:00:00Z'];
    expect(times.map((time) => one && isInForce(one, Date.parse(time)))).toEqual([true, false]);
  });
});

describe('the schema that editors use agrees', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../../allowlist.schema.json', import.meta.url), 'utf8'));
  const fits = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
  const good = { channels: ['https://a.example/c'], platforms: ['linux-64'], packages: ['a'] };
  const isRead = (document: object) => parseAllowlist(utf8(JSON.stringify(document)), 'allowlist.json').ok;

  test.each<[string, object]>([
    ['an empty policy', { policy: {} }],
    [
      'a whole policy',
      { policy: { checks: { C2: 'off' }, advisories: 'none', coolDown: { days: 3, local: false }, licenses: ['MIT'] } },
    ],
    ['an export in a file', { policy: { advisories: 'file:///srv/all.zip' } }],
    ['waivers', { waivers: [waiver(), waiver({ check: 'D3.import' })] }],
  ])('that %s is sound', (_, more) => {
    expect([fits({ ...good, ...more }), isRead({ ...good, ...more })]).toEqual([true, true]);
  });

  test.each<[string, object]>([
    ['a check by a word', { policy: { checks: { cooldown: 'off' } } }],
    ['a recall that is off', { policy: { checks: { R1: 'off' } } }],
    ['a mode', { policy: { checks: { C2: 'warn' } } }],
    ['an unknown key', { policy: { days: 7 } }],
    ['days', { policy: { coolDown: { days: -1 } } }],
    ['advisories by their path', { policy: { advisories: 'all.zip' } }],
    ['no license', { policy: { licenses: [] } }],
    ['a waiver of no bytes', { waivers: [waiver({ sha256: 'A'.repeat(64) })] }],
    ['a waiver without a reason', { waivers: [waiver({ reason: '' })] }],
    ['a waiver without an end', { waivers: [waiver({ expires: undefined })] }],
    ['a waiver until no day', { waivers: [waiver({ expires: '2027-13-01' })] }],
  ])('that %s is not', (_, more) => {
    expect([fits({ ...good, ...more }), isRead({ ...good, ...more })]).toEqual([false, false]);
  });
});
