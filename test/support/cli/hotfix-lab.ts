import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { z } from 'zod';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { parseJson } from '../../../core/json/json.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { verify } from '../../../core/steps/verify.ts';
import { syncProblems, sync as syncWith } from '../../../local/pipeline/sync.ts';
import { lab, useLab } from './lab.ts';
import { parsePatchInstructions } from './patch-instructions.ts';
import { small } from './start-lab.ts';

let solver: Solver;

const linux = subdirSchema.parse('linux-64');

/** Each test of the calling file begins with a lab of these packages, and ends with nothing damaged. */
export function useHotfixLab(): void {
  beforeAll(() => {
    solver = rattlerSolver();
  });
  afterAll(() => solver[Symbol.asyncDispose]());
  useLab();
  beforeEach(() => lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('lib 2.0'), small('extra 1.0')]));
  afterEach(async () => {
    const { problems } = await verify([linux], { ...lab.world, log: () => {} });
    expect(problems).toEqual([]);
  });
}

const forms = ['repodata_from_packages.json'];

export const dependsOf = async (filename: string) => (await lab.index())[filename]?.depends;

/** A sync under the organisation's own hotfixes for linux-64; its problems as `code subject: detail`. */
export async function sync(packages: readonly string[], instructions: object = {}) {
  const text = JSON.stringify({ patch_instructions_version: 1, ...instructions });
  const patches = new Map([[linux, parsePatchInstructions(text, 'patches/linux-64.json')]]);
  const report = await syncWith(lab.allowlist(packages, { forms }), { ...lab.world, solver, patches }, () => {}, {
    yes: true,
  });
  const problems = syncProblems(report).map(({ code, subject, detail }) => `${code} ${subject}: ${detail}`);
  return { ...report, problems };
}

/** The records of repodata_from_packages.json, where no hotfix counts. */
export async function unpatched(): Promise<Record<string, { depends: string[] }>> {
  const schema = z.object({ 'packages.conda': z.record(z.string(), z.looseObject({ depends: z.array(z.string()) })) });
  const text = await readFile(join(lab.store, 'conda/linux-64/repodata_from_packages.json'), 'utf8');
  return parseJson(text, schema, 'repodata_from_packages.json')['packages.conda'];
}

/** Hotfixes that set what a package depends on. */
export const depends = (filename: string, ...specs: string[]) => ({
  'packages.conda': { [filename]: { depends: specs } },
});
export const app = 'app-1.0-0.conda';
export const lib = 'lib-1.0-0.conda';
