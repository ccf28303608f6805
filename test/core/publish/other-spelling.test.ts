import { describe, expect, it } from 'vitest';
import { publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { memoryStore } from '../../twins/store-memory.ts';

describe('a file that differs from one that is there by the spelling of its name alone', () => {
  const wheelOf = (fileName: string) => buildWheel({ fileName });
  it.each<[string, string, boolean]>([
    ['demo-1.0-py3-none-any.whl', 'Demo-1.0.0-py3-none-any.whl', true],
    ['demo-1.0-py2.py3-none-any.whl', 'demo-1.0-py3.py2-none-any.whl', true],
    ['demo-1.0-py3-none-any.whl', 'demo-1.0-1-py3-none-any.whl', false],
    ['demo-1.0-py3-none-any.whl', 'demo-1.0-py2.py3-none-any.whl', false],
    ['demo-1.0-py3-none-any.whl', 'demo-1.0.1-py3-none-any.whl', false],
  ])('%s and %s', async (first, second, isRefused) => {
    const world = publishWorld();
    await publishFiles({ [first]: wheelOf(first) }, world);
    const { problems } = await publishFiles({ [second]: wheelOf(second) }, world);
    expect(problems).toEqual(isRefused ? [expect.objectContaining({ code: 'publish.other-spelling' })] : []);
  });

  it('is refused beside it in one command, and nothing is written', async () => {
    const world = publishWorld();
    const [first, second] = ['demo-1.0-py3-none-any.whl', 'Demo-1.0.0-py3-none-any.whl'] as const;
    const { problems } = await publishFiles({ [first]: wheelOf(first), [second]: wheelOf(second) }, world);
    expect(problems).toMatchObject([{ code: 'publish.other-spelling', subject: second }]);
    expect(world.store.objects.size).toBe(0);
  });

  it.each(['channel', 'staging'] as const)(
    'is refused where the first is in the %s, and after it is gone',
    async (to) => {
      const [first, second] = ['demo-1.0-py3-none-any.whl', 'Demo-1.0.0-py3-none-any.whl'] as const;
      const world = publishWorld({ to });
      await publishFiles({ [first]: wheelOf(first) }, world);
      for (const where of ['channel', 'staging'] as const) {
        const { problems } = await publishFiles({ [second]: wheelOf(second) }, { ...world, to: where });
        expect(problems).toMatchObject([{ code: 'publish.other-spelling', subject: second }]);
      }
      const left = [...world.store.objects.keys()].filter((at) => !at.startsWith('_gatehouse/names/'));
      for (const at of left) await world.store.delete(at);
      const { problems } = await publishFiles({ [second]: wheelOf(second) }, world);
      expect(problems).toMatchObject([{ code: 'publish.used-name', subject: second }]);
    },
  );

  it('never gets in beside it when both come at once', async () => {
    const [first, second] = ['demo-1.0-py3-none-any.whl', 'Demo-1.0.0-py3-none-any.whl'] as const;
    // Each has looked at what is there before either takes a name.
    const both = Promise.withResolvers<void>();
    let names = 0;
    const store = memoryStore({
      before: async (operation, at) => {
        if (operation !== 'put' || !at.startsWith('_gatehouse/names/')) return;
        names += 1;
        if (names === 2) both.resolve();
        await both.promise;
      },
    });
    const world = publishWorld({ store });
    const reports = await Promise.all([first, second].map((name) => publishFiles({ [name]: wheelOf(name) }, world)));
    expect(reports.map(({ problems }) => problems.map(({ code }) => code)).sort()).toEqual([[], ['publish.used-name']]);
    expect(reports.flatMap(({ files }) => files)).toHaveLength(1);
  });

  it('is a second source distribution of its format', async () => {
    const world = publishWorld();
    await publishFiles({ 'demo-1.0.tar.gz': buildSdist() }, world);
    const second = await publishFiles({ 'Demo-1.0.tar.gz': buildSdist() }, world);
    expect(second.problems).toMatchObject([{ code: 'publish.other-spelling', subject: 'Demo-1.0.tar.gz' }]);
    expect((await publishFiles({ 'demo-1.0.zip': buildSdist({ format: '.zip' }) }, world)).problems).toEqual([]);
  });
});
