import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { httpFetch } from '../../../adapters/http-fetch.ts';
import { parseJson } from '../../../core/json/json.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { fetchWheelMetadata } from '../../../core/python-index/fetch-wheel-metadata.ts';
import { openProject } from '../../../core/python-index/open-project.ts';
import { corpus } from '../../support/packages/corpus.ts';
import { html, indexOf, json, page } from '../../support/python/index-pages.ts';
import { upstreamWorld } from '../../support/upstream/upstream-world.ts';

const folder = join(corpus, 'pypi-index');
const answers = join(folder, 'micropip-real-pypi-responses');

const rawSchema = z.object({ files: z.array(z.object({ filename: z.string(), url: z.string() })) });

const open = (name: string, type: string, file: string) => {
  const upstream = indexOf(page(type, readFileSync(join(answers, file))));
  return openProject('https://pypi.org/simple', projectNameSchema.parse(name), upstreamWorld(upstream.fetch));
};

it.each(['black', 'pytest'])("PyPI's two pages of %s list the same files, none of which is lost", async (name) => {
  const fromJson = (await open(name, json, `${name}_simple.json`)) ?? [];
  const fromHtml = (await open(name, html, `${name}_simple.html`)) ?? [];
  const raw = parseJson(readFileSync(join(answers, `${name}_simple.json`), 'utf8'), rawSchema, name);
  const taken = raw.files.filter(({ filename }) => /\.(whl|tar\.gz|zip|tar\.bz2)$/.test(filename));
  expect(fromJson.map(({ fileName, url }) => ({ filename: fileName, url }))).toEqual(taken);
  expect(fromJson.length).toBeGreaterThan(50);
  const facts = (files: typeof fromJson) =>
    files.map(({ fileName, sha256, requiresPython, yanked }) => ({ fileName, sha256, requiresPython, yanked }));
  const common = new Set(fromJson.map(({ fileName }) => fileName));
  const inBoth = fromHtml.filter(({ fileName }) => common.has(fileName));
  expect(inBoth.length).toBeGreaterThan(50);
  const held = new Set(inBoth.map(({ fileName }) => fileName));
  expect(facts(inBoth)).toEqual(facts(fromJson.filter(({ fileName }) => held.has(fileName))));
});

it('a folder that another tool made an index of is read, and the wheel in it', async () => {
  const index = pathToFileURL(join(folder, 'conda-pypi-local-index')).href;
  const world = upstreamWorld(httpFetch());
  const files = (await openProject(index, projectNameSchema.parse('demo-package'), world)) ?? [];
  expect(files.map(({ fileName }) => fileName)).toEqual([
    'demo_package-0.1.0.tar.gz',
    'demo_package-0.1.0-py3-none-any.whl',
  ]);
  const wheel = files.find(({ fileName }) => fileName.endsWith('.whl')) ?? expect.fail('no wheel');
  // Its page names metadata that is not there, by the wheel's own sha256.
  expect(wheel.metadata).toBe(wheel.sha256);
  expect(await fetchWheelMetadata(wheel, world)).toMatchObject({ project: 'demo-package' });
});
