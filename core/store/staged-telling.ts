import { privatePrefix, stagingFolder } from '../layout/keys.ts';
import { stagedPath } from '../layout/sides.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';

const publicPrefix = `${stagingFolder}/`;
const stagedPrivatePrefix = `${privatePrefix}${publicPrefix}`;

/** Whether anything is staged, or was: what is known of it may be all that tells of a page that still lists it. */
export async function hasStaged(store: Store): Promise<boolean> {
  for (const prefix of [publicPrefix, stagedPrivatePrefix]) {
    for await (const _ of store.list(prefix, () => {})) return true;
  }
  return false;
}

/** A place in a sentence, as the store within the store calls it. */
const places = new RegExp(`(?<![\\w/.-])(?:conda|simple|${privatePrefix.slice(0, -1)})/[^\\s,;:]*`, 'g');

/** A sentence of a step that worked on staging, with the places in it as a person who sees the whole store must read them. */
export const stagedText = (text: string): string =>
  text.replace(places, (place) => (place.startsWith(stagedPrivatePrefix) ? place : stagedPath(place)));

/** What a step that worked on staging tells of it, as a person who sees the whole store must read it. */
export const stagedTelling = <T extends { readonly detail: string; readonly hint?: string | undefined }>(
  told: T,
): T => ({
  ...told,
  detail: stagedText(told.detail),
  ...(told.hint !== undefined && { hint: stagedText(told.hint) }),
});

/** The same of a problem, with the place that its subject is. */
export const stagedProblem = (problem: Problem): Problem => ({
  ...stagedTelling(problem),
  subject: stagedPath(problem.subject),
});

/** Tells of staging what a step tells that works on it. */
export const stagedLog =
  (log: Log): Log =>
  (event) => {
    if (event.type === 'index.written' || event.type === 'index.project') return log({ ...event, staged: true });
    return log('key' in event ? { ...event, key: stagedPath(event.key) } : event);
  };
