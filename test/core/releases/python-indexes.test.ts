import { describe, expect, it } from 'vitest';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { openPythonIndexes } from '../../../core/releases/python-indexes.ts';
import { upstreamWorld } from '../../support/upstream/upstream-world.ts';

const [one, two] = ['one', 'two'].map((name) => projectNameSchema.parse(name));
if (one === undefined || two === undefined) throw new TypeError();

describe('an index that gives no answer', () => {
  it('is asked for one project with patience, and for no other', async () => {
    const asked: string[] = [];
    const world = upstreamWorld(async (url) => {
      asked.push(url);
      throw new GatehouseError('upstream.unreachable', `no answer from ${url}`, { retry: true });
    });
    const indexes = openPythonIndexes(world);
    const telling = 'no answer from https://down.example/simple/one/';
    await expect(indexes.files('https://down.example/simple', one)).rejects.toThrow(telling);
    await expect(indexes.files('https://down.example/simple', two)).rejects.toThrow(telling);
    expect(new Set(asked)).toEqual(new Set(['https://down.example/simple/one/']));
    await expect(indexes.files('https://up.example/simple', two)).rejects.toThrow('https://up.example/simple/two/');
  });

  it('is another than one that refuses a project', async () => {
    const world = upstreamWorld(async (url) => {
      throw new GatehouseError('upstream.unreachable', `${url} leads to this machine`);
    });
    const indexes = openPythonIndexes(world);
    await expect(indexes.files('https://a.example', one)).rejects.toThrow('/one/');
    await expect(indexes.files('https://a.example', two)).rejects.toThrow('/two/');
  });
});
