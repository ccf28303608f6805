import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { type ObjectKey, objectKeySchema, usedNamesPrefix } from '../../../core/layout/keys.ts';
import { keyWithin } from '../../../core/layout/sides.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Change } from '../../twins/store-memory.ts';
import {
  at,
  controlKeyOf,
  controlOf,
  type Decision,
  hasBytes,
  isSame,
  type Listed,
  listedOn,
  type PublishWatch,
  pages,
} from './publish-watch.ts';
import { tool } from './simulated-release.ts';

/** What does not hold, in a sentence; null when it holds. */
type Fault = string | null;
/** Asked at every change of an object, before anyone sees it. */
type StepInvariant = (watch: PublishWatch, change: Change) => Fault;

const isFile = (key: string): boolean => /\.(?:whl|metadata|conda)$/.test(key);

/** No two bytes are ever under one address, be it in the channel or in staging, and no used name is used again. */
const oneName: StepInvariant = ({ firstBytes }, { key, after }) => {
  const { key: own } = keyWithin(key);
  const isOnce = isFile(own) || own.startsWith(usedNamesPrefix) || own.startsWith('_gatehouse/provenance/');
  if (after === null || !isOnce) return null;
  // What was known of a file is of the side on which it came in; its bytes are of both.
  const address = own.startsWith('_gatehouse/provenance/') ? key : own;
  const sha256 = sha256Of(after.bytes);
  const first = firstBytes.get(address) ?? sha256;
  firstBytes.set(address, first);
  return first === sha256 ? null : `${key} has other bytes than were there once`;
};

/** Each file that a page lists is there with its hash, and its metadata beside it, unless somebody deleted it by hand. */
const nothingAdvertised: StepInvariant = (watch, { key, after }) => {
  if (after !== null) {
    const missing = watch.cameBack.has(key) ? undefined : listedOn(key, after).find((one) => !isThere(watch, one));
    return missing === undefined ? null : `${key} lists ${missing.key}, which is not there so`;
  }
  for (const [page, entry] of watch.objects) {
    const listed = pages.has(page) ? listedOn(page, entry) : [];
    const gone = listed.find((one) => !watch.byHand.has(one.key) && (one.key === key || `${one.key}.metadata` === key));
    if (gone !== undefined) return `${page} still lists ${gone.key}, of which ${key} was deleted`;
  }
  return null;
};

function isThere(watch: PublishWatch, { key, sha256, metadata }: Listed): boolean {
  if (watch.byHand.has(key)) return true;
  return hasBytes(watch, key, sha256) && (metadata === null || hasBytes(watch, `${key}.metadata`, metadata));
}

/** A yank is written, and taken back, by who yanks, who in turn writes nothing else. */
const yanksApart: StepInvariant = ({ acting }, { key, before, after }) => {
  const [was, is] = [controlOf(key, before), controlOf(key, after)];
  if (was === null || is === null) return null;
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const part = acting === 'yank' ? beside : yankOf;
  const other = names.find((name) => !isSame(part(was[name]), part(is[name])));
  if (other === undefined) return null;
  return `${key}: ${acting === 'yank' ? 'a yank changed more' : 'another changed the yank'} of ${other}`;
};

const yankOf = (said: Decision | undefined) => said?.yank ?? null;

/** An entry of control that says nothing is as good as none. */
function beside(said: Decision | undefined): object {
  const { yank: _, why = [], ...rest } = said ?? {};
  return why.length === 0 ? rest : { why, ...rest };
}

export const publishStepInvariants: Readonly<Record<string, StepInvariant>> = {
  'P1 no name used twice': oneName,
  'P2 nothing advertised that is not there': nothingAdvertised,
  'P3 no lost decision': yanksApart,
};

/** Asked when every message was handled to its end: what was published is there and listed, what is yanked is marked. */
export function publishFaultAtRest(watch: PublishWatch): Fault {
  for (const key of watch.promised) {
    const isLost = !watch.byHand.has(key) && !watch.objects.has(objectKeySchema.parse(key));
    if (isLost) return `P4 no lost update: ${key} was published, and is not there`;
  }
  const unsaid = [...watch.promised].find((key) => !watch.byHand.has(key) && !isSaidPublished(watch, key));
  if (unsaid !== undefined) return `P5 evidence: nothing says that ${unsaid} was published`;
  for (const page of pages.keys()) {
    const key = objectKeySchema.parse(page);
    const entry = watch.objects.get(key);
    const listed = entry === undefined ? [] : listedOn(key, entry).map(lineOf).sort();
    const wanted = wantedOn(watch, key);
    if (!isSame(listed, wanted)) return `P4 no lost update: ${key} lists ${listed.join()} and must ${wanted.join()}`;
  }
  return null;
}

const entered = z.object({ origin: z.object({ type: z.string() }) });

/** Whether what was written down of a file, before anybody could see it, says that it was published. */
function isSaidPublished({ objects }: PublishWatch, address: string): boolean {
  const { side, key } = keyWithin(objectKeySchema.parse(address));
  const prefix = at(side, objectKeySchema.parse(`_gatehouse/provenance/${key}`));
  const known = [...objects].filter(([each]) => each.startsWith(`${prefix}/`));
  const types = known.map(([each, { bytes }]) => parseJson(Buffer.from(bytes).toString(), entered, each).origin.type);
  return types.length === 1 && types[0] === 'published';
}

const lineOf = ({ key, yanked }: Pick<Listed, 'key' | 'yanked'>): string => `${key} ${yanked ?? ''}`;

/** What a page must list, by what is there and what control says. */
function wantedOn(watch: PublishWatch, page: ObjectKey): string[] {
  const folder = page.slice(0, page.lastIndexOf('/') + 1);
  const control = controlKeyOf(page);
  const said = controlOf(control, watch.objects.get(control) ?? null) ?? {};
  const files = [...watch.objects.keys()].filter((key) => key.startsWith(folder) && /\.(?:whl|conda)$/.test(key));
  const listed = files.filter((key) => !isOut(pages.get(page)?.project ?? null, said[key.slice(folder.length)] ?? {}));
  return listed.map((key) => lineOf({ key, yanked: said[key.slice(folder.length)]?.yank?.reason ?? null })).sort();
}

/** What came from an index is listed when control has decided of it; a package that is yanked is in no index of conda. */
function isOut(project: string | null, { yank, withdrawn, why = [] }: Decision): boolean {
  if (withdrawn !== undefined) return true;
  return project === null ? yank !== undefined : project !== tool && why.length === 0;
}
