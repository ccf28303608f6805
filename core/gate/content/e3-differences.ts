import { shown } from '../../archive/finding.ts';
import type { Firing, GateFacts } from '../../documents/gate/verdict.ts';
import { boundedFirings } from '../bounded-firings.ts';
import type { ContentsCheck } from '../check.ts';

/**
 * What a build has that the one before it had not, of the kinds that malware comes in: axios had a new dependency (B4),
 * lightning 11 MB of script in a Python package. Nothing is said of a name's first build.
 */
export const e3Differences: ContentsCheck = {
  id: 'E3',
  version: 1,
  async judge(subject, world) {
    const { facts } = subject;
    const previous = facts === null ? null : await world.previous(subject);
    if (facts === null || previous === null) return [];
    const was = previous.facts;
    const than = `${was.name} ${was.version}`;
    return [
      ...newScripts(facts, was, than),
      ...newNatives(facts, was, than),
      ...newBlobs(facts, was, than),
      ...growth(facts, was, than),
      ...newHosts(facts, was, than),
    ];
  },
};

const held = (code: string, detail: string): Firing => ({ code, verdict: 'hold', detail });

/** Versions and hashes in names are those of the build: a file that differs in them alone is no new one. */
const withoutNumbers = (path: string): string => path.replace(/[0-9a-f]{6,}|[0-9]+/gi, '#');

function newPaths<File extends { readonly path: string }>(now: readonly File[], before: readonly File[]): File[] {
  const known = new Set(before.map(({ path }) => withoutNumbers(path)));
  return now.filter(({ path }) => !known.has(withoutNumbers(path)));
}

const newScripts = ({ scripts }: GateFacts, was: GateFacts, than: string): Firing[] =>
  boundedFirings(
    newPaths(scripts, was.scripts).map(({ path, sha256 }) => ({
      ...held('E3.script', `${shown(path)} runs by itself, and ${than} had no such file`),
      sha256,
    })),
  );

const newNatives = ({ natives }: GateFacts, was: GateFacts, than: string): Firing[] =>
  natives > 0 && was.natives === 0 ? [held('E3.native', `${natives} native binaries, and ${than} had none`)] : [];

const newBlobs = ({ blobs }: GateFacts, was: GateFacts, than: string): Firing[] =>
  boundedFirings(
    newPaths(blobs, was.blobs).map(({ path, size }) =>
      held('E3.blob', `${shown(path)} has ${size} bytes, and ${than} had no such file`),
    ),
  );

const growthFactor = 3;
/** 1 MiB: below it three times as much is a new module or two. */
const growthFromBytes = 1024 ** 2;

const growth = ({ unpacked }: GateFacts, was: GateFacts, than: string): Firing[] =>
  unpacked > growthFromBytes && unpacked > was.unpacked * growthFactor
    ? [held('E3.size', `${unpacked} bytes unpacked, and ${than} had ${was.unpacked}`)]
    : [];

function newHosts({ hosts }: GateFacts, was: GateFacts, than: string): Firing[] {
  const added = hosts.filter((host) => !was.hosts.includes(host));
  return added.length === 0 ? [] : [held('E3.host', `code names ${shown(added.join(', '))}, and ${than} did not`)];
}
