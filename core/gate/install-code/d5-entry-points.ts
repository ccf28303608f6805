import { z } from 'zod';
import { shown } from '../../archive/finding.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { parseJson } from '../../json/json.ts';
import { GatehouseError } from '../../problems/error.ts';
import { entryPointRows } from '../../wheel/entry-points.ts';
import { boundedFirings } from '../bounded-firings.ts';
import { contentsCheck } from '../contents/contents-check.ts';
import type { Contents } from '../reading.ts';
import { isEntryPoints } from './install-places.ts';

/**
 * Names of commands, which installers join to a folder: one with a separator is written elsewhere, and one that starts with
 * a dot may be a link script's (D1). PyPI takes no other names (warehouse `_ENTRY_POINT_NAME_RE`).
 */
export const d5EntryPoints = contentsCheck({
  id: 'D5',
  version: 1,
  find: ({ kind, contents }) => {
    const lines = kind === 'package' ? [...linkedNames(contents), ...names(contents)] : names(contents);
    return boundedFirings(lines.flatMap(faultOf));
  },
});

const rejected = (detail: string): Firing => ({ code: 'D5.name', verdict: 'reject', detail });

/** A line of a file: `name = module:function`. */
type Line = { readonly path: string; readonly line: string | null };

const name = /^(?!\.)[\p{L}\p{N}_.-]+$/u;

function faultOf({ path, line }: Line): Firing[] {
  if (line === null) return [rejected(`${shown(path)} cannot be read`)];
  const split = line.indexOf('=');
  if (split >= 0 && name.test(line.slice(0, split).trim())) return [];
  return [rejected(`${shown(path)} names the command ${shown(line)}`)];
}

function names({ members, texts }: Contents): Line[] {
  const files = [...members.values()].filter(({ path, type }) => type !== 'directory' && isEntryPoints(path));
  return files.flatMap(({ path }): Line[] => {
    const text = texts.get(path);
    if (text === undefined) return [{ path, line: null }];
    const rows = entryPointRows(Buffer.from(text).toString('utf8'));
    return rows.filter(({ group }) => /^(?:console|gui)_scripts$/.test(group)).map(({ line }) => ({ path, line }));
  });
}

const linkPath = 'info/link.json';

const linkSchema = z.looseObject({
  noarch: z.looseObject({ entry_points: z.array(z.string()).nullish() }).nullish(),
});

/** Of a `noarch: python` package, which clients make commands of (CEP 34). */
function linkedNames({ members, texts }: Contents): Line[] {
  if (!members.has(linkPath)) return [];
  try {
    const { noarch } = parseJson(Buffer.from(texts.get(linkPath) ?? []).toString('utf8'), linkSchema, linkPath);
    return (noarch?.entry_points ?? []).map((line) => ({ path: linkPath, line }));
  } catch (error) {
    if (error instanceof GatehouseError) return [{ path: linkPath, line: null }];
    throw error;
  }
}
