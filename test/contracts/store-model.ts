import fc from 'fast-check';
import { expect } from 'vitest';
import { compareCodePoints } from '../../core/json/json.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import type { Condition, Store } from '../../core/ports/store.ts';
import { key as keyOf, listed } from '../support/store/objects.ts';

/** What is thought to be in the store, and all that a key ever held. */
interface Model {
  readonly tagRule: TagRule;
  readonly objects: Map<ObjectKey, Noted>;
  readonly pastTags: Map<ObjectKey, Noted[]>;
}

/** What a tag is new with: every write, or, as S3's, which is made of the bytes, every change of the bytes. */
export type TagRule = 'writes' | 'bytes';

type Command = fc.AsyncCommand<Model, Store>;
type Choice = 'any' | 'absent' | 'current' | 'past' | 'invented';

const keys = ['a/b', 'a/b-c', 'a-b', 'a/c/d', 'conda/noarch/p.conda'].map(keyOf);

function conditionOf(model: Model, key: ObjectKey, choice: Choice): Condition | undefined {
  if (choice === 'any') return undefined;
  if (choice === 'absent') return { absent: true };
  const past = (model.pastTags.get(key) ?? []).filter(({ etag }) => etag !== model.objects.get(key)?.etag);
  return {
    etag:
      (choice === 'current' ? model.objects.get(key)?.etag : choice === 'past' ? past.at(-1)?.etag : undefined) ?? 'x',
  };
}

function holds(model: Model, key: ObjectKey, condition: Condition | undefined): boolean {
  if (condition === undefined) return true;
  return 'absent' in condition ? !model.objects.has(key) : model.objects.get(key)?.etag === condition.etag;
}

interface Noted {
  readonly text: string;
  readonly etag: string;
  readonly metadata: Record<string, string>;
}

function note(model: Model, key: ObjectKey, object: Noted): void {
  const past = model.pastTags.get(key) ?? [];
  if (model.tagRule === 'writes') expect(past.map(({ etag }) => etag)).not.toContain(object.etag);
  for (const { text, etag } of past) if (etag === object.etag) expect(text).toBe(object.text);
  model.pastTags.set(key, [...past, object]);
  model.objects.set(key, object);
}

const command = (label: string, run: (model: Model, real: Store) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => label,
});

const put = (key: ObjectKey, text: string, choice: Choice): Command =>
  command(`put ${key} ${text} ${choice}`, async (model, real) => {
    const condition = conditionOf(model, key, choice);
    const expected = holds(model, key, condition);
    const outcome = await real.put(key, Buffer.from(text), condition);
    expect(outcome.status).toBe(expected ? 'written' : 'conflict');
    if (outcome.status === 'written') note(model, key, { text, etag: outcome.etag, metadata: {} });
  });

const publish = (key: ObjectKey, text: string, choice: Choice): Command =>
  command(`publish ${key} ${text} ${choice}`, async (model, real) => {
    const condition = conditionOf(model, key, choice);
    const expected = holds(model, key, condition ?? { absent: true });
    await using staged = await real.stage();
    for (const letter of text) await staged.write(Buffer.from(letter));
    const outcome = await staged.publish(key, { about: text }, condition);
    expect(outcome.status).toBe(expected ? 'written' : 'conflict');
    if (outcome.status === 'written') note(model, key, { text, etag: outcome.etag, metadata: { about: text } });
  });

const remove = (key: ObjectKey): Command =>
  command(`delete ${key}`, async (model, real) => {
    await real.delete(key);
    model.objects.delete(key);
  });

const get = (key: ObjectKey): Command =>
  command(`get ${key}`, async (model, real) => {
    const object = await real.get(key);
    const found = object && {
      text: Buffer.from(await object.read(0, object.size)).toString(),
      etag: object.etag,
      metadata: object.metadata,
    };
    expect(found).toEqual(model.objects.get(key) ?? null);
  });

const list = (prefix: string): Command =>
  command(`list ${prefix}`, async (model, real) => {
    const expected = [...model.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { text, etag }]) => ({ key, etag, size: text.length }))
      .sort((a, b) => compareCodePoints(a.key, b.key));
    const found = await listed(real, prefix);
    expect(found.map(({ modified: _, ...head }) => head)).toEqual(expected);
  });

const aKey = fc.constantFrom(...keys);
// Few texts of one size, so that a tag made of size and content, or of a coarse clock, would repeat.
const aText = fc.constantFrom('', 'x', 'y', 'zz');
const aChoice = fc.constantFrom<Choice>('any', 'absent', 'current', 'past', 'invented');

/** Random operations on a store, each checked against a map. */
export const storeModel = {
  empty: (tagRule: TagRule): Model => ({ tagRule, objects: new Map(), pastTags: new Map() }),
  commands: fc.commands(
    [
      fc.tuple(aKey, aText, aChoice).map((args) => put(...args)),
      fc.tuple(aKey, aText, aChoice).map((args) => publish(...args)),
      aKey.map(remove),
      aKey.map(get),
      fc.constantFrom('', 'a', 'a/', 'a/b', 'conda/noarch/', 'none').map(list),
    ],
    { maxCommands: 30 },
  ),
};
