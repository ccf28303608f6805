import { z } from 'zod';
import {
  emptyProjectControl,
  type ProjectControl,
  projectControlSchema,
} from '../../../core/documents/simple/project-control.ts';
import { canonicalJson, parseJson } from '../../../core/json/json.ts';
import {
  type ObjectKey,
  objectKeySchema,
  projectControlKey,
  projectPageKey,
  projectStateKey,
  rootPageKey,
  simplePages,
} from '../../../core/layout/keys.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import type { Entry } from '../../twins/store-memory.ts';
import { type SimulatedWheel, simulatedWheels } from './simulated-wheel.ts';

export const projects: readonly ProjectName[] = [...new Set(simulatedWheels.map(({ project }) => project))];

/** All that ever happened, as one who sees every object at every moment knows it. */
export interface SimpleWatch {
  readonly objects: ReadonlyMap<ObjectKey, Entry>;
  readonly wheels: readonly SimulatedWheel[];
  /** Wheels by file name of which wheel and metadata were there at some time. */
  readonly existed: Set<string>;
  /** How often each was withdrawn, or deleted in whole or in part. */
  readonly removals: Map<string, number>;
  /** How often each went off a page: by `page fileName`. */
  readonly disappearances: Map<string, number>;
  /** Removed in order: off every page for good, then deleted. */
  readonly gone: Set<string>;
  /** What each generation of a project says: by `project generation`. */
  readonly contents: Map<string, string>;
  /** The first bytes of every key that must never change. */
  readonly firstBytes: Map<ObjectKey, Uint8Array>;
  /** Every tag a page had, after its key. */
  readonly tags: Set<string>;
  /** Pages that came back to bytes, and so to a tag, that they had before. */
  readonly cameBack: Set<ObjectKey>;
  readonly controls: Map<ProjectName, ProjectControl>;
}

export const newSimpleWatch = (objects: SimpleWatch['objects'], wheels: SimpleWatch['wheels']): SimpleWatch => ({
  objects,
  wheels,
  existed: new Set(),
  removals: new Map(),
  disappearances: new Map(),
  gone: new Set(),
  contents: new Map(),
  firstBytes: new Map(),
  tags: new Set(),
  cameBack: new Set(),
  controls: new Map(),
});

/** A page, by its key: of a project, or of all (null). */
export const pages: ReadonlyMap<string, { readonly project: ProjectName | null; readonly isJson: boolean }> = new Map(
  [null, ...projects].flatMap((project) =>
    simplePages.map((page) => [
      project === null ? rootPageKey(page) : projectPageKey(project, page),
      { project, isJson: page === 'index.json' },
    ]),
  ),
);

/** The project whose control a key is. */
export const controlled = (key: string): ProjectName | undefined =>
  projects.find((project) => projectControlKey(project) === key);

const rootState = objectKeySchema.parse('_gatehouse/state/simple.json');
export const states: readonly ObjectKey[] = [rootState, ...projects.map(projectStateKey)];
export const stateOf = (project: ProjectName | null): ObjectKey =>
  project === null ? rootState : projectStateKey(project);

const stateSchema = z.looseObject({ generation: z.int().positive() });
const textOf = (entry: Entry): string => Buffer.from(entry.bytes).toString('utf8');

export const stateGeneration = (entry: Entry): number => parseJson(textOf(entry), stateSchema, 'a state').generation;
export const pageGeneration = (entry: Entry): number => Number(entry.metadata['generation'] ?? Number.NaN);

export const controlOf = (entry: Entry | null): ProjectControl =>
  entry === null ? emptyProjectControl : parseJson(textOf(entry), projectControlSchema, 'control');

/** A file as a page lists it, in one text. */
const lineOf = (file: {
  readonly fileName: string;
  readonly sha256: string;
  readonly metadata: string;
  readonly bound: string | undefined;
  readonly yanked: string | true | undefined;
}): string => canonicalJson(file);

const jsonPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      hashes: z.object({ sha256: z.string() }),
      'core-metadata': z.object({ sha256: z.string() }),
      'requires-python': z.string().optional(),
      yanked: z.union([z.literal(true), z.string()]).optional(),
    }),
  ),
});
const jsonRoot = z.object({ projects: z.array(z.object({ name: z.string() })) });

const anchor =
  /<a href="[^"#]+#sha256=(\w+)"(?: data-requires-python="([^"]+)")? data-core-metadata="sha256=(\w+)"(?: data-yanked="([^"]*)")?>([^<]+)<\/a>/g;

/** What a page lists, one text a file or project, in order; throws when a client could not read it. */
export function linesOf(key: ObjectKey, entry: Entry): string[] {
  const page = pages.get(key);
  const text = textOf(entry);
  if (page === undefined) throw new Error(`${key} is no page`);
  if (page.project === null) {
    return page.isJson
      ? parseJson(text, jsonRoot, key).projects.map(({ name }) => name)
      : [...text.matchAll(/<a href="([\w-]+)\/">\1<\/a>/g)].map(([, name = '']) => name);
  }
  if (!page.isJson) {
    return [...text.matchAll(anchor)].map(([, sha256 = '', bound, metadata = '', yanked, fileName = '']) =>
      lineOf({ fileName, sha256, metadata, bound: bound?.replace('&lt;', '<').replace('&gt;', '>'), yanked }),
    );
  }
  return parseJson(text, jsonPage, key).files.map((file) =>
    lineOf({
      fileName: file.filename,
      sha256: file.hashes.sha256,
      metadata: file['core-metadata'].sha256,
      bound: file['requires-python'],
      yanked: file.yanked,
    }),
  );
}

const fileOf = z.object({ fileName: z.string() });
/** The names of the files that a project's page lists; none of the list of projects. */
export const namesOf = (key: ObjectKey, entry: Entry): string[] =>
  pages.get(key)?.project ? linesOf(key, entry).map((line) => parseJson(line, fileOf, key).fileName) : [];

/** The wheel's true bytes and its metadata are there. */
export const isThere = ({ objects }: SimpleWatch, { key, bytes, beside }: SimulatedWheel): boolean =>
  isAt(objects, key, bytes) && isAt(objects, beside.key, beside.bytes);

const isAt = (objects: SimpleWatch['objects'], key: ObjectKey, bytes: Uint8Array): boolean => {
  const entry = objects.get(key);
  return entry !== undefined && Buffer.from(bytes).equals(entry.bytes);
};

/** What a project's pages must list now, in order: its two wheels sort as they are numbered. */
export function wantedLines(watch: SimpleWatch, project: ProjectName): string[] {
  const files = watch.controls.get(project)?.files ?? {};
  return watch.wheels.flatMap((wheel) => {
    const { fileName, sha256 } = wheel;
    const decision = files[fileName];
    const isListed = wheel.project === project && isThere(watch, wheel) && decision && !decision.withdrawn;
    if (!isListed) return [];
    const bound = decision.requiresPython ?? '>=3.8';
    return [lineOf({ fileName, sha256, metadata: wheel.beside.sha256, bound, yanked: decision.yanked })];
  });
}
