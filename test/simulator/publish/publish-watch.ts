import { z } from 'zod';
import { controlSchema, type Override } from '../../../core/documents/control.ts';
import { type FileDecision, projectControlSchema } from '../../../core/documents/simple/project-control.ts';
import { canonicalJson, parseJson } from '../../../core/json/json.ts';
import {
  controlKey,
  indexKey,
  type ObjectKey,
  objectKeySchema,
  projectControlKey,
  projectPageKey,
} from '../../../core/layout/keys.ts';
import { keyWithin, type Side, sides, stagedPath } from '../../../core/layout/sides.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import type { Entry } from '../../twins/store-memory.ts';
import { mirrored, tool } from './simulated-release.ts';

export const projects: readonly ProjectName[] = [tool, mirrored.project];

/** All that ever happened, as one who sees every object at every moment knows it. */
export interface PublishWatch {
  readonly objects: ReadonlyMap<ObjectKey, Entry>;
  /** The sha256 of the first bytes that were seen at an address, in the channel or in staging. */
  readonly firstBytes: Map<string, string>;
  /** Addresses of files that somebody deleted by hand at some time: a page may list them for a while. */
  readonly byHand: Set<string>;
  /** Addresses of files whose publishing or promotion was said to be done. */
  readonly promised: Set<string>;
  /** Every tag that a page had, after its key; and pages that came back to one, which an older page may pass in S3. */
  readonly tags: Set<string>;
  readonly cameBack: Set<string>;
  /** Who acts at this moment. */
  acting: 'yank' | 'other';
  /** How often each thing came about, for whoever asks whether a run shows anything. */
  readonly counts: Map<string, number>;
}

export const newPublishWatch = (objects: PublishWatch['objects']): PublishWatch => ({
  objects,
  firstBytes: new Map(),
  byHand: new Set(),
  promised: new Set(),
  tags: new Set(),
  cameBack: new Set(),
  acting: 'other',
  counts: new Map(),
});

export const counted = ({ counts }: PublishWatch, what: string): void =>
  void counts.set(what, 1 + (counts.get(what) ?? 0));

/** Where a key of the channel lies on a side. */
export const at = (side: Side, key: ObjectKey): ObjectKey =>
  side === 'channel' ? key : objectKeySchema.parse(stagedPath(key));

/** A file that a page or an index lists. */
export interface Listed {
  /** Its address. */
  readonly key: string;
  readonly sha256: string;
  readonly metadata: string | null;
  readonly yanked: string | true | null;
}

interface Page {
  readonly side: Side;
  /** Of an index of conda null. */
  readonly project: ProjectName | null;
  readonly read: (text: string) => Listed[];
}

const jsonPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      hashes: z.object({ sha256: z.string() }),
      'core-metadata': z.object({ sha256: z.string() }),
      yanked: z.union([z.literal(true), z.string()]).optional(),
    }),
  ),
});
const anchor =
  /<a href="([^"#]+)#sha256=(\w+)"(?: data-requires-python="[^"]+")? data-core-metadata="sha256=(\w+)"(?: data-yanked="([^"]*)")?>/g;
const repodata = z.object({ 'packages.conda': z.record(z.string(), z.object({ sha256: z.string() })) });

function pagesOf(side: Side, project: ProjectName): [string, Page][] {
  const folder = (key: ObjectKey) => key.slice(0, key.lastIndexOf('/'));
  const json = at(side, projectPageKey(project, 'index.json'));
  const readJson = (text: string): Listed[] =>
    parseJson(text, jsonPage, json).files.map((file) => ({
      key: `${folder(json)}/${file.filename}`,
      sha256: file.hashes.sha256,
      metadata: file['core-metadata'].sha256,
      yanked: file.yanked ?? null,
    }));
  const readHtml = (text: string): Listed[] =>
    [...text.matchAll(anchor)].map(([, name = '', sha256 = '', metadata = '', yanked]) => ({
      ...{ key: `${folder(json)}/${name}`, sha256, metadata },
      yanked: yanked ?? null,
    }));
  return [
    [json, { side, project, read: readJson }],
    [at(side, projectPageKey(project, 'index.html')), { side, project, read: readHtml }],
  ];
}

function indexOf(side: Side): [string, Page] {
  const key = at(side, indexKey('conda', noarch, 'repodata.json'));
  const read = (text: string): Listed[] =>
    Object.entries(parseJson(text, repodata, key)['packages.conda']).map(([name, { sha256 }]) => ({
      key: `${key.slice(0, key.lastIndexOf('/'))}/${name}`,
      ...{ sha256, metadata: null, yanked: null },
    }));
  return [key, { side, project: null, read }];
}

/** What clients read to find files, by its key. */
export const pages: ReadonlyMap<string, Page> = new Map(
  sides.flatMap((side) => [...projects.flatMap((project) => pagesOf(side, project)), indexOf(side)]),
);

export const listedOn = (key: string, entry: Entry): Listed[] =>
  pages.get(key)?.read(Buffer.from(entry.bytes).toString('utf8')) ?? [];

/** What control says, by the file's name; of a key that is no control null. */
export function controlOf(key: ObjectKey, entry: Entry | null): Readonly<Record<string, Decision>> | null {
  const { key: own } = keyWithin(key);
  const text = entry === null ? null : Buffer.from(entry.bytes).toString('utf8');
  if (own === controlKey('conda', noarch)) return text === null ? {} : parseJson(text, controlSchema, key).packages;
  if (!projects.some((project) => projectControlKey(project) === own)) return null;
  return text === null ? {} : parseJson(text, projectControlSchema, key).files;
}
/** What control says of one file, of either kind. */
export type Decision = Pick<Override | FileDecision, 'withdrawn' | 'yank' | 'why'>;

/** The control that decides what a page or an index lists. */
export function controlKeyOf(page: ObjectKey): ObjectKey {
  const { side, project } = pages.get(page) ?? {};
  if (side === undefined || project === undefined) throw new Error(`${page} is no page`);
  return at(side, project === null ? controlKey('conda', noarch) : projectControlKey(project));
}

/** Whether a file is there with these bytes. */
export const hasBytes = ({ objects }: PublishWatch, key: string, sha256: string): boolean => {
  const entry = objects.get(objectKeySchema.parse(key));
  return entry !== undefined && sha256Of(entry.bytes) === sha256;
};

export const isSame = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);
