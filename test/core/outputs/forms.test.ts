import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import { representationOf } from '../../../core/layout/keys.ts';
import type { EntrySource } from '../../../core/outputs/entries/entry-source.ts';
import { outputs } from '../../../core/outputs/outputs.ts';
import { buildShards } from '../../../core/outputs/shards/build-shards.ts';
import { parsePatchInstructions } from '../../support/cli/patch-instructions.ts';
import { formInstructions, formPackages } from '../../support/index/form-packages.ts';
import { collected, lineOf, sourceOf } from '../../support/index/form-source.ts';

const instructions = parsePatchInstructions(JSON.stringify(formInstructions), 'patches/test.json');
const lines = await Promise.all(
  formPackages.filter(({ subdir }) => subdir === 'linux-64').map((file) => lineOf(file, instructions)),
);
const others = await Promise.all(formPackages.filter(({ subdir }) => subdir === 'noarch').map((file) => lineOf(file)));

/** Every form's bytes, told by file name. */
async function written(linux: EntrySource, noarch: EntrySource): Promise<Map<string, string>> {
  const bytes = new Map<string, string>();
  for (const { file, making } of outputs) {
    if (making.from === 'subdir') bytes.set(file, await collected(making.build(linux)));
    if (making.from === 'channel') bytes.set(file, await collected(making.build([linux, noarch])));
  }
  const shards: string[] = [];
  for await (const { name, sha256 } of buildShards(linux)) shards.push(`${name} ${sha256}`);
  return bytes.set('shards', shards.sort().join('\n'));
}

describe('the table of forms', () => {
  test.each(outputs)('the cache rule of $file is what it is served with', ({ file, scope, cache }) => {
    const name = file.replace('<sha256>', 'a'.repeat(64));
    const key = scope === 'channel' ? `conda/${name}` : `conda/linux-64/${name}`;
    const rule = { 'one minute': 'public, max-age=60', 'for ever': 'public, max-age=31536000, immutable' }[cache];
    expect(representationOf(key).cacheControl).toBe(rule);
  });

  test('names each file once, and makes a compressed form of one that it names', () => {
    const files = outputs.map(({ file }) => file);
    expect(new Set(files).size).toBe(files.length);
    for (const { making } of outputs) if (making.from === 'output') expect(files).toContain(making.of);
  });
});

describe('every form', () => {
  test('is the same however lines are cut into batches, and whether summaries are kept or made', async () => {
    const noarch = sourceOf('noarch', others);
    const whole = await written(sourceOf('linux-64', lines, 1000), noarch);
    const batches = fc.integer({ min: 1, max: lines.length });
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.boolean(),
        fc.shuffledSubarray(lines, { minLength: lines.length }),
        async (size, kept, order) => {
          const plain = sourceOf('linux-64', order, size);
          const keeping: EntrySource = {
            ...plain,
            async *summaries(section, summary) {
              for await (const batch of plain.entries(section)) yield summary.of(batch);
            },
          };
          expect(await written(kept ? keeping : plain, noarch)).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('is canonical JSON, spliced or not', async () => {
    for (const [file, text] of await written(sourceOf('linux-64', lines), sourceOf('noarch', others))) {
      if (file !== 'shards') expect(canonicalJson(JSON.parse(text))).toBe(text.trimEnd());
    }
  });

  test('can be made of nothing', async () => {
    const empty = await written(sourceOf('linux-64', []), sourceOf('noarch', []));
    expect(empty.get('repodata.json')).toBe(
      '{"info":{"subdir":"linux-64"},"packages":{},"packages.conda":{},"removed":[],"repodata_version":1}',
    );
    expect(empty.get('current_repodata.json')).toBe(empty.get('repodata.json'));
    expect(empty.get('channeldata.json')).toBe(
      '{"channeldata_version":1,"packages":{},"subdirs":["linux-64","noarch"]}\n',
    );
    expect(empty.get('shards')).toBe('');
  });

  test('shows no package that could not be read', async () => {
    const problem = { ...(lines[0] ?? expect.fail()), kind: 'problem' as const, facts: Buffer.from('{}') };
    const shown = await written(sourceOf('linux-64', [problem]), sourceOf('noarch', others));
    expect(shown).toEqual(await written(sourceOf('linux-64', []), sourceOf('noarch', others)));
  });
});
