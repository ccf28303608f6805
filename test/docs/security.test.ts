import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acceptAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { checkIds, checkOfCode } from '../../core/documents/gate/checks.ts';
import { modeOf } from '../../core/documents/gate/policy.ts';
import { refusalFiring } from '../../core/gate/contents/refusal.ts';
import { contentsChecks, dataChecks } from '../../core/gate/door/checks.ts';
import { parseJson } from '../../core/json/json.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/security.md');
const codesPage = read('docs/codes.md');

interface Row {
  readonly check: string;
  readonly mode: string;
  readonly codes: readonly string[];
}

/** A row without an id is of a single code of the check above it. */
function rowsOf(text: string): Row[] {
  let last = '';
  return [...text.matchAll(/^\| ([A-FR]\d+|) \| [^|]+ \| (enforce|dry-run|off) \| [^|]+ \| ([^|]+) \|$/gm)].map(
    ([, check = '', mode = '', codes = '']) => {
      last = check || last;
      return { check: last, mode, codes: [...codes.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '') };
    },
  );
}

const rows = rowsOf(page);
const codesOf = (check: string) => rows.filter((row) => row.check === check).flatMap((row) => row.codes);

/** Codes that the other page explains, by their area. */
const explained = [...codesPage.matchAll(/^\| `([A-Za-z0-9]+\.[a-z0-9-]+)` \|/gm)].map(([, code]) => code ?? '');

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/ .*/g, '');

const literals = new Set(
  globSync('core/**/*.ts', { cwd: root }).flatMap((path) =>
    [...withoutComments(read(path)).matchAll(/['`]([A-Za-z]+[0-9]*\.[a-z0-9-]+)(?:['`]|: )/g)].map(
      ([, code]) => code ?? '',
    ),
  ),
);
const fired = [...literals].filter((code) => checkOfCode(code) !== null && !code.endsWith('.error'));

/** Whether a list of codes, with `A4.…` for all of an area that the other page explains, names a code. */
const names = (listed: readonly string[], code: string): boolean =>
  listed.includes(code) || listed.some((one) => one.endsWith('…') && code.startsWith(one.slice(0, -1)));

describe('the table of checks in docs/security.md', () => {
  it('has every check once, in their order', () => {
    expect([...new Set(rows.map(({ check }) => check))]).toEqual([...checkIds]);
  });

  it('says of each, and of each single code, how it counts by default', () => {
    const policy = { modes: new Map(), licenses: null };
    const wrong = rows.filter(({ check, mode, codes }) => {
      const about = rows.find((row) => row.check === check)?.codes === codes ? check : (codes[0] ?? '');
      return modeOf(about, policy) !== mode;
    });
    expect(wrong).toEqual([]);
    expect(modeOf('B2.absent', policy)).toBe('dry-run');
  });

  it('names every code that the source has, where those of readers are explained on the other page', () => {
    const unnamed = fired.filter((code) => !names(codesOf(checkOfCode(code) ?? ''), code));
    expect(unnamed).toEqual([]);
    const unexplained = fired.filter(
      (code) => !codesOf(checkOfCode(code) ?? '').includes(code) && !explained.includes(code),
    );
    expect(unexplained).toEqual([]);
    expect(fired.length).toBeGreaterThan(90);
  });

  it('names no code that the source does not have', () => {
    const all = rows.flatMap(({ codes }) => codes);
    const isFired = (code: string) =>
      code.endsWith('…') ? explained.some((one) => one.startsWith(code.slice(0, -1))) : literals.has(code);
    expect(all.filter((code) => !isFired(code))).toEqual([]);
  });

  it('says which check owns what a reader refuses', () => {
    const ofReaders = explained.filter((code) => /^(?:wheel|metadata|sdist|A15)\./.test(code));
    const wrong = ofReaders.filter((code) => !names(codesOf(refusalFiring({ code, detail: '' }, 'wheel').id), code));
    expect(wrong).toEqual([]);
    expect(refusalFiring({ code: 'A4.crc', detail: '' }, 'wheel').firing.code).toBe('F1.crc');
  });
});

describe('the files of checks', () => {
  it('are one for each check, named for it, and all are asked', () => {
    const files = ['archive', 'consistency', 'origin', 'install-code', 'content', 'wheels'].flatMap((group) =>
      readdirSync(join(root, 'core/gate', group)).filter((name) => /^[a-f]\d+-/.test(name)),
    );
    const ofFiles = files.map((name) => name.split('-')[0]?.toUpperCase() ?? '');
    const asked = [...dataChecks, ...contentsChecks].map(({ id }) => id);
    expect([...ofFiles].sort()).toEqual([...asked].sort());
    // A2 needs what the store has under the name, and R1 is a person's or a sweep's word.
    expect(checkIds.filter((id) => !asked.includes(id))).toEqual(['A2', 'R1']);
  });
});

describe('what docs/security.md tells people to write', () => {
  const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

  it('is taken as it is by the parser of the allowlist', () => {
    const allowlist = { channels: ['https://conda.example/c'], platforms: ['linux-64'], packages: ['python ==3.12'] };
    const parsed = blocks.map((text) => {
      const written = parseJson(text, z.record(z.string(), z.unknown()), 'docs/security.md');
      return acceptAllowlist(Buffer.from(JSON.stringify({ ...allowlist, ...written })), 'allowlist.json').policy;
    });
    expect(parsed.map(({ waivers }) => waivers.length)).toEqual([2, 0]);
    expect(parsed[1]).toMatchObject({
      licenses: ['MIT', 'BSD-3-Clause', 'Apache-2.0', 'PSF-2.0'],
      coolDownLocal: true,
    });
  });
});
