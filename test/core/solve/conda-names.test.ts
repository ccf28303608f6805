import { beforeEach, describe, expect, it } from 'vitest';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { type ProjectName, parseProjectName } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { type CondaNames, condaNames } from '../../../core/solve/conda-names.ts';
import type { UpstreamRecord } from '../../../core/upstream/accept-records.ts';

const channel = 'https://channel.invalid';

function record(name: string, version: string, purls?: readonly string[]): UpstreamRecord {
  const filename = packageFileNameSchema.parse(`${name}-${version}-0.conda`);
  const read = recordSchema.parse({ name, version, build: '0', build_number: 0, ...(purls && { purls }) });
  return { filename, subdir: noarch, channel, url: `${channel}/noarch/${filename}`, record: read };
}

/** What one channel has in noarch. */
const offered = [
  record('ruamel_yaml', '1', ['pkg:pypi/ruamel.yaml@1']),
  record('ruamel.yaml', '1', ['pkg:pypi/other']),
  record('two-x', '1', ['pkg:pypi/two-x']),
  record('two_x', '1', ['pkg:pypi/two_x']),
  record('un-said', '1'),
  record('un_said', '1'),
  record('graphviz', '1'),
  record('python', '2.7.1'),
  record('python', '3.10.1'),
  record('python', '3.9.1'),
];

let reads = 0;
beforeEach(() => {
  reads = 0;
});

function channelNames(more: object = {}): CondaNames {
  const written = { channels: [channel], platforms: ['linux-64'], packages: [], ...more };
  const allowlist = acceptAllowlist(Buffer.from(JSON.stringify(written)), 'allowlist.json');
  return condaNames(allowlist, async (_, subdir) => {
    if (subdir !== noarch) return null;
    const records = (name: string) => offered.filter((one) => one.record.name === name);
    return {
      url: channel,
      names: () => new Set(offered.map((one) => one.record.name)),
      records: async (name) => {
        reads += 1;
        return { records: records(name), problems: [] };
      },
    };
  });
}

const project = (text: string): ProjectName => parseProjectName(text) ?? expect.fail(text);

describe('the conda package of a Python project', () => {
  it.each([
    ['ruamel-yaml', 'ruamel_yaml'],
    ['two-x', 'two-x'],
  ])('%s is the one whose purls name it: %s', async (name, conda) => {
    expect(await channelNames().nameOf(project(name))).toBe(conda);
  });

  it.each([
    ['graphviz', 'is it graphviz?', '"graphviz": "graphviz"'],
    ['un-said', 'is it un-said or un_said?', '"un-said": "NAME"'],
    ['absent', 'none is spelt so', '"absent": "NAME"'],
  ])('%s is none by its spelling alone: %s', async (name, detail, hint) => {
    expect(await channelNames().nameOf(project(name))).toEqual({
      code: 'pypi.conda-name',
      detail: expect.stringContaining(detail),
      hint: expect.stringContaining(hint),
    });
  });

  it('is what the allowlist says, and nothing is read for it', async () => {
    const names = channelNames({ condaNames: { GraphViz: 'python-graphviz' } });
    expect(await names.nameOf(project('graphviz'))).toBe('python-graphviz');
    expect(await names.isTaken('graphviz', project('graphviz'))).toBe(false);
    expect(reads).toBe(0);
  });

  it('is looked for once, however many releases need it', async () => {
    const names = channelNames();
    await names.nameOf(project('ruamel-yaml'));
    const once = reads;
    await names.nameOf(project('ruamel-yaml'));
    expect([reads, once > 0]).toEqual([once, true]);
  });

  it('takes the name of another only where nothing says that it is the same', async () => {
    const names = channelNames();
    expect(await names.isTaken('graphviz', project('graphviz'))).toBe(true);
    expect(await names.isTaken('ruamel_yaml', project('ruamel-yaml'))).toBe(false);
    expect(await names.isTaken('absent', project('absent'))).toBe(false);
  });

  it('counts the pythons that there are as numbers, but for those the allowlist lists', async () => {
    expect(await channelNames().pythons()).toEqual(['3.9', '3.10']);
    expect(await channelNames({ python: ['3.12'] }).pythons()).toEqual(['3.12']);
  });
});
