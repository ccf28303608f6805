import { z } from 'zod';
import { shown } from '../../archive/finding.ts';
import { parseJson } from '../../json/json.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { ContentsCheck, GateCheckWorld } from '../check.ts';
import { type InstallFile, installFiles } from './install-files.ts';
import { type Said, saidUnlessKnown } from './said-unless-known.ts';

/**
 * Scripts that a shell runs when an environment is activated or left, and variables that are set then. Compilers and
 * spatial libraries have them: what a channel's first sync brings is warned of, and what is new or changed later is held.
 */
export const d2Activation: ContentsCheck = {
  id: 'D2',
  version: 1,
  judge(subject, world) {
    if (subject.reading.status !== 'read') return [];
    const files = installFiles(subject, subject.reading.contents);
    return saidUnlessKnown(
      files.filter(({ role }) => role === 'activation' || role === 'environment' || role === 'folder'),
      { ...world, check: 'D2' },
      (file) => sayOf(file, world),
    );
  },
};

function sayOf(file: InstallFile, world: GateCheckWorld): Said {
  if (file.role === 'activation') return sayOfScript(file, world);
  if (file.role === 'environment') return sayOfVariables(file, world);
  const detail = `${shown(file.path)} is a link in the place of a folder whose files run by themselves`;
  return { code: 'D2.folder', detail, verdict: 'hold' };
}

/** What is new to a channel that is being filled is no news. */
const whenNew = ({ isFirst }: Pick<GateCheckWorld, 'isFirst'>) => (isFirst ? 'warn' : 'hold');

const sayOfScript = ({ path }: InstallFile, world: GateCheckWorld): Said => ({
  code: 'D2.activation',
  detail: `${shown(path)} runs whenever the environment is activated or left`,
  verdict: whenNew(world),
});

/** Variables by which other programs run, or other places are installed from. Windows knows no case in them. */
const forbidden = /^(?:PATH|(?:LD|DYLD|PYTHON|PIP|CONDA)(?:_.*)?|PYTHON.*)$/i;

function sayOfVariables({ path, text }: InstallFile, world: GateCheckWorld): Said {
  const names = text === null ? null : variablesOf(text, path);
  const code = 'D2.environment';
  if (names === null) {
    return { code: 'D2.variable', detail: `${shown(path)} sets variables and cannot be read`, verdict: 'hold' };
  }
  const bad = names.filter((name) => forbidden.test(name));
  if (bad.length === 0)
    return { code, detail: `${shown(path)} sets ${shown(names.join(', '))}`, verdict: whenNew(world) };
  return { code: 'D2.variable', detail: `${shown(path)} sets ${shown(bad.join(', '))}`, verdict: 'hold' };
}

/** Null of what is no JSON object. */
function variablesOf(text: Uint8Array, path: string): string[] | null {
  try {
    return Object.keys(parseJson(Buffer.from(text).toString('utf8'), z.record(z.string(), z.unknown()), path));
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}
