import { expect, it } from 'vitest';
import type { ProjectName } from '../../../core/names/project-name.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { openGlance } from '../../../core/releases/glance.ts';
import { indexOf, jsonPage, project, wheel } from '../../support/python/index-pages.ts';
import { upstreamWorld } from '../../support/upstream/upstream-world.ts';

const other: ProjectName = projectNameSchema.parse('other');

it('a glance sees the files of a project, and nothing where there is none', async () => {
  const known = openGlance(upstreamWorld(indexOf(jsonPage([wheel])).fetch));
  expect(await known('https://index.example/simple', project)).toMatchObject([{ fileName: wheel.filename }]);
  expect(await openGlance(upstreamWorld(indexOf(404).fetch))('https://index.example/simple', project)).toBeNull();
});

it('an index that gives no answer, or is in trouble, is asked once and waited for by nobody', async () => {
  const silent = async () => {
    throw new GatehouseError('upstream.unreachable', 'no answer', { retry: true });
  };
  for (const answer of [503, silent] as const) {
    const asked: string[] = [];
    const answering = typeof answer === 'number' ? indexOf(answer).fetch : answer;
    const world = upstreamWorld(async (url, headers) => {
      asked.push(url);
      return answering(url, headers);
    });
    const glance = openGlance(world);
    expect([
      await glance('https://one.example/simple', project),
      await glance('https://one.example/simple', other),
    ]).toEqual([null, null]);
    expect(await glance('https://two.example/simple', other)).toBeNull();
    expect(asked).toEqual(['https://one.example/simple/demo/', 'https://two.example/simple/other/']);
  }
});

it('a page that cannot be read says nothing, and the next is read', async () => {
  const { fetch, requests } = indexOf({ type: 'text/plain', body: 'x' });
  const glance = openGlance(upstreamWorld(fetch));
  expect([
    await glance('https://one.example/simple', project),
    await glance('https://one.example/simple', other),
  ]).toEqual([null, null]);
  expect(requests).toHaveLength(2);
});
