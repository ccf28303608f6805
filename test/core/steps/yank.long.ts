import { expect, test } from 'vitest';
import { controlKey, objectKeySchema, projectControlKey, projectPageKey } from '../../../core/layout/keys.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { project } from '../../support/simple/simple-scene.ts';
import { yankScene } from '../../support/simple/yank-scene.ts';

const one = 'acme_tool-1.0-py3-none-any.whl';
const two = 'acme_tool-2.0-py3-none-any.whl';
const python = 'python-3.12.0-0.conda';
const copied = { type: 'copied' } as const;

/** Two releases of a tool, and an app that needs it. */
async function scene(packages: readonly unknown[] | null, needs = 'acme-tool') {
  const made = await yankScene(packages);
  await made.conda(python, [], copied);
  await made.release(one);
  await made.release(two);
  await made.release('acme_app-1.0-py3-none-any.whl', [needs]);
  expect(await made.index()).toEqual([]);
  return made;
}

const tool = project('acme-tool');
const yankOf = (made: Awaited<ReturnType<typeof scene>>) => {
  const page = JSON.parse(made.page('acme-tool', 'index.json') ?? '{}');
  return Object.fromEntries(
    page.files.map((file: { filename: string; yanked?: unknown }) => [file.filename, file.yanked ?? false]),
  );
};

test('a yanked release is marked on its page and out of the conda index; its files stay, and the other is as it was', async () => {
  const made = await scene([{ pypi: 'acme-app' }]);
  const report = await made.yank('Acme.Tool', '2', 'loses <data> & "more"');
  expect(report).toMatchObject({
    changed: [`simple/acme-tool/${two}`, 'conda/noarch/acme-tool-2.0-pypi_0.conda'],
    upstream: [],
    subdirs: ['noarch'],
    projects: ['acme-tool'],
    problems: [],
  });
  expect(await made.index()).toEqual([]);
  expect(yankOf(made)).toEqual({ [one]: false, [two]: 'loses <data> & "more"' });
  expect(made.page('acme-tool', 'index.html')).toContain('data-yanked="loses &lt;data&gt; &amp; &quot;more&quot;"');
  expect(made.listed()).toEqual(['acme-app-1.0-pypi_0.conda', 'acme-tool-1.0-pypi_0.conda', python]);
  expect(made.text('conda/noarch/acme-tool-2.0-pypi_0.conda')).not.toBe('');
  expect(await made.damage()).toEqual([]);
});

test('twice changes nothing, another reason takes the place of the first, and undone all is as before', async () => {
  const made = await scene([{ pypi: 'acme-app' }]);
  const page = projectPageKey(tool, 'index.html');
  const before = made.text(page);
  await made.yank('acme-tool', '2.0', 'breaks');
  const yanked = made.store.objects.get(projectControlKey(tool))?.etag;
  expect((await made.yank('acme-tool', '2.0', 'breaks')).changed).toEqual([]);
  expect(made.store.objects.get(projectControlKey(tool))?.etag).toBe(yanked);
  expect((await made.yank('acme-tool', '2.0', 'loses data')).changed).toHaveLength(2);
  await made.index();
  expect(yankOf(made)[two]).toBe('loses data');
  expect((await made.yank('acme-tool', '2.0', null)).changed).toHaveLength(2);
  expect((await made.yank('acme-tool', '2.0', null)).changed).toEqual([]);
  await made.index();
  expect(made.listed()).toContain('acme-tool-2.0-pypi_0.conda');
  // Of files that nothing was said of before, nothing is said now.
  expect(made.text(controlKey('conda', noarch))).toBe('{"packages":{},"version":1}');
  expect(made.text(projectControlKey(tool))).toBe('{"files":{},"version":1}');
  expect(made.text(page)).toBe(before);
  expect(await made.damage()).toEqual([]);
});

test.each<[string, readonly unknown[], string]>([
  ['conda and pip', [{ pypi: 'acme-app' }], 'pypi:acme-app on linux-64, pypi:acme-app on linux-64 for pip'],
  ['conda alone', ['acme-app'], 'acme-app on linux-64'],
])('a release without which an entry would not install is held back, for %s', async (_, packages, broken) => {
  const made = await scene(packages, 'acme-tool <2');
  const before = new Map([...made.store.objects].map(([key, { etag }]) => [key, etag]));
  const { problems, changed } = await made.yank('acme-tool', '1.0', 'breaks');
  const detail = `nothing was changed, since this would break ${broken}`;
  expect([problems, changed]).toMatchObject([[{ code: 'held.yank', subject: 'acme-tool 1.0', detail }], []]);
  expect(new Map([...made.store.objects].map(([key, { etag }]) => [key, etag]))).toEqual(before);
});

test('for pip an exact pin still takes it, and so only the conda record is in the way', async () => {
  const made = await scene([{ pypi: 'acme-tool ==1.0' }]);
  expect((await made.yank('acme-tool', '1.0', 'breaks')).problems).toMatchObject([
    { detail: 'nothing was changed, since this would break pypi:acme-tool ==1.0 on linux-64' },
  ]);
});

test.each([
  ['conda', ['acme-app'], true],
  ['pip', [{ pypi: 'acme-app' }], false],
])('what another yank decided counts as done before it is indexed, for %s', async (_, packages, hasConda) => {
  const made = await scene(packages);
  if (!hasConda) {
    const conda = [...made.store.objects.keys()].filter((key) => key.startsWith('conda/noarch/acme'));
    for (const key of conda) await made.store.delete(key);
    await made.index();
  }
  expect((await made.yank('acme-tool', '1.0', 'breaks')).problems).toEqual([]);
  expect((await made.yank('acme-tool', '2.0', 'breaks')).problems).toMatchObject([{ code: 'held.yank' }]);
});

test('a store that was never synced has no entry to break', async () => {
  const made = await scene(null);
  expect((await made.yank('acme-app', '1.0', 'breaks')).problems).toEqual([]);
});

test('a record that comes back as the second format of a stem is proved as any such', async () => {
  const made = await scene(['acme-old']);
  await made.conda('acme-old-1.0-0.conda', ['nowhere'], copied);
  // The proof finds it broken either way until the sound one is there alone.
  await made.yank('acme-old', '1.0', 'needs what nobody has');
  await made.conda('acme-old-1.0-0.tar.bz2', [], copied);
  await made.index();
  expect(made.listed().filter((name) => name.startsWith('acme-old'))).toEqual(['acme-old-1.0-0.tar.bz2']);
  expect((await made.yank('acme-old', '1.0', null)).problems).toMatchObject([
    { code: 'held.yank', detail: 'nothing was changed, since this would break acme-old on linux-64' },
  ]);
});

test('a package that was made of its wheel goes with it, whatever it is called, and no other of that version', async () => {
  const made = await yankScene(null);
  await made.release(one, [], 'acme-renamed');
  await made.conda('other-1.0-0.conda', [], { type: 'published', by: null });
  await made.conda('acme_tool-1.0.0-0.conda', [], copied);
  await made.index();
  expect((await made.yank('acme-tool', '1.0', 'breaks')).changed).toEqual([
    `simple/acme-tool/${one}`,
    'conda/noarch/acme-renamed-1.0-pypi_0.conda',
    'conda/noarch/acme_tool-1.0.0-0.conda',
  ]);
});

test('what came from upstream is refused, and beside a release of ours it stays as it is', async () => {
  const made = await yankScene(null);
  await made.mirror('requests-2.0-py3-none-any.whl');
  const upstream = { type: 'upstream', channel: 'https://u', url: 'https://u/acme-tool' } as const;
  await made.conda('acme-tool-1.0-0.conda', [], upstream);
  await expect(made.yank('requests', '2.0', 'breaks')).rejects.toMatchObject({
    code: 'yank.upstream',
    message:
      'simple/requests/requests-2.0-py3-none-any.whl came from upstream, and only what is your own can be yanked',
    hint: expect.stringContaining('"requests !=2.0"'),
  });
  await made.release(one);
  const { changed, upstream: left } = await made.yank('acme-tool', '1.0', 'breaks');
  expect([changed, left]).toEqual([
    [`simple/acme-tool/${one}`, 'conda/noarch/acme-tool-1.0-pypi_0.conda'],
    ['conda/noarch/acme-tool-1.0-0.conda'],
  ]);
});

test.each([
  ['acme-tool', '3.0', 'the store has no acme-tool 3.0', 'there is 1.0, 2.0'],
  ['acme-tol', '1.0', 'the store has no acme-tol', 'did you mean acme-tool?'],
  ['numpy', '1.0', 'the store has no numpy', 'there is acme-app, acme-tool, python'],
])('of %s %s it says what there is', async (name, version, message, hint) => {
  const made = await scene(null);
  await expect(made.yank(name, version, 'breaks')).rejects.toMatchObject({ code: 'yank.unknown', message, hint });
});

test('of what is staged alone it says that there is nothing to take back', async () => {
  const made = await scene(null);
  const three = 'acme_tool-3.0-py3-none-any.whl';
  await made.store.put(objectKeySchema.parse(`staging/simple/acme-tool/${three}`), Buffer.from(''));
  const hint = expect.stringContaining('in staging alone');
  await expect(made.yank('Acme.Tool', '3', 'breaks')).rejects.toMatchObject({ code: 'yank.unknown', hint });
});
