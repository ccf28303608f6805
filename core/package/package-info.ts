import { z } from 'zod';
import { type Finding, type Report, refuse } from '../archive/finding.ts';
import type { ReadLimits } from '../archive/read-limits.ts';
import type { TarMember } from '../archive/tar.ts';
import { type IndexJson, parseIndexJson, parseInfoJson } from './index-json.ts';

/** What a package says about itself. */
export interface PackageInfo {
  readonly index: IndexJson;
  /** `info/run_exports.json` as it is (CEP 12), or null when there is none. */
  readonly runExports: unknown;
  readonly findings: readonly Finding[];
}

/** Picks the files of `info/` that a record is made of out of a walk over members. */
export interface InfoCollector {
  /** Reads the member's body when it is one of them. */
  offer(member: TarMember): Promise<void>;
  hasIndex(): boolean;
  /** @throws GatehouseError `package.refused` with `A5.index` when there was no `info/index.json`, or `B7.json` */
  finish(): Omit<PackageInfo, 'findings'>;
}

const indexPath = 'info/index.json';
const runExportsPath = 'info/run_exports.json';

export function collectInfo(what: string, limits: ReadLimits, report: Report): InfoCollector {
  const texts = new Map<string, string>();
  return {
    async offer(member) {
      if (member.path === indexPath || member.path === runExportsPath) {
        texts.set(member.path, await readText(member, limits.jsonBytes));
      }
    },
    hasIndex: () => texts.has(indexPath),
    finish() {
      const index = texts.get(indexPath);
      const runExports = texts.get(runExportsPath);
      if (index === undefined) refuse('A5.index', `${what} has no ${indexPath}`);
      return {
        index: parseIndexJson(index, `${indexPath} of ${what}`, report),
        runExports:
          runExports === undefined ? null : parseInfoJson(runExports, z.json(), `${runExportsPath} of ${what}`),
      };
    },
  };
}

async function readText(member: TarMember, most: number): Promise<string> {
  if (member.type !== 'file') refuse('A5.index', `${member.path} is a ${member.type}`);
  if (member.size > most) refuse('A13.json', `${member.path} has ${member.size} bytes`);
  return utf8Text(member.body, member.path);
}

/** A whole small stream as text. @throws GatehouseError `package.refused` with `B7.utf8` */
export async function utf8Text(bytes: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  const whole = Buffer.concat(parts);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole);
  } catch {
    return refuse('B7.utf8', `${what} is not UTF-8`);
  }
}
