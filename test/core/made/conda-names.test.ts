import { beforeEach, describe, expect, it } from 'vitest';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { type CondaNames, condaNames } from '../../../core/made/conda-names.ts';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { parseSpecifier } from '../../../core/names/pep440/specifier.ts';
import { type ProjectName, parseProjectName } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { recordSchema } from '../../../core/record/record.ts';
import type { NameEvidence } from '../../../core/releases/name-evidence.ts';
import type { UpstreamRecord } from '../../../core/upstream/accept-records.ts';
import { parseCoreMetadata } from '../../../core/wheel/core-metadata.ts';

const channel = 'https://channel.invalid';

function record(name: string, version: string, more: object = {}): UpstreamRecord {
  const filename = packageFileNameSchema.parse(`${name}-${version}-0.conda`);
  const read = recordSchema.parse({ name, version, build: '0', build_number: 0, ...more });
  return { filename, subdir: noarch, channel, url: `${channel}/noarch/${filename}`, record: read };
}

const named = (...projects: string[]) => ({ purls: projects.map((project) => `pkg:pypi/${project}@1`) });

/** What one channel has in noarch. */
const offered = [
  record('ruamel_yaml', '1', named('ruamel.yaml')),
  record('ruamel.yaml', '1', named('other')),
  record('two-x', '1', named('two-x')),
  record('two_x', '2', named('x', 'Two_X')),
  record('odd', '3', { purls: 'pkg:pypi/odd' }),
  record('un-said', '1'),
  record('un_said', '1'),
  record('graphviz', '1'),
  record('python-graphviz', '1'),
  record('docker', '1', { timestamp: 2 }),
  record('docker', '2', { timestamp: 1 }),
  record('a-b', '1'),
  record('python', '2.7.1'),
  record('python', '3.10.1'),
  record('python', '3.9.1'),
];

let reads = 0;
beforeEach(() => {
  reads = 0;
});

/** What the mapping has. */
const mapping: Readonly<Record<string, readonly string[]>> = {
  graphviz: ['python-graphviz'],
  'ruamel-yaml': ['vendor', 'wrong'],
  torch: ['pytorch', 'pytorch-cpu'],
  decorator: ['jupyter-sphinx', 'decorator', 'jupyter_kernel_test'],
  'un-said': ['un-said', 'un_said', 'vendor'],
  'two-y': ['two_y', 'two.y'],
};

/** Names as authors spell them, by the metadata of their newest wheel. */
const spelt: Readonly<Record<string, string>> = { 'un-said': 'Un_Said' };

const metadataOf = (name: string) =>
  parseCoreMetadata(Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: 1\n`), 'METADATA', () => {});

function channelNames(more: object = {}, evidence: Partial<NameEvidence> = {}): CondaNames {
  const written = { channels: [channel], platforms: ['linux-64'], packages: [], mapping: 'https://a.example', ...more };
  const allowlist = acceptAllowlist(Buffer.from(JSON.stringify(written)), 'allowlist.json');
  return condaNames(allowlist, {
    channels: {
      names: async () => new Set(offered.map((one) => one.record.name)),
      async named(name) {
        reads += 1;
        return [offered.filter((one) => one.record.name === name)];
      },
    },
    pythonIndexes: {
      files: async (_, project) => {
        const fileName = parseDistributionFileName(`${project.replaceAll('-', '_')}-1-py3-none-any.whl`);
        if (spelt[project] === undefined || fileName === null) return null;
        const facts = {
          sha256: null,
          size: null,
          requiresPython: null,
          yanked: false,
          uploadTime: null,
          metadata: true,
        };
        return [{ fileName, url: project, page: '', ...facts }];
      },
      wheel: async ({ url }) => ({ metadata: metadataOf(spelt[url] ?? url), leftOut: [] }),
      sdist: () => expect.fail('no sdist was asked for'),
    },
    nameEvidence: {
      mapped: async (_, project) => ({ names: mapping[project] ?? [], warning: null }),
      carried: async ({ filename }) => new Set(filename === 'docker-1-0.conda' ? [project('docker')] : []),
      keep: async () => {},
      ...evidence,
    },
  });
}

const project = (text: string): ProjectName => parseProjectName(text) ?? expect.fail(text);
const range = (text: string) => parseSpecifier(text) ?? expect.fail(text);

const evidence = (name: string, wanted = '', names = channelNames()) => names.evidenceOf(project(name), range(wanted));

describe('the conda package that a Python project is, by evidence, is', () => {
  it.each([
    ['that whose purls name it, before the mapping', 'ruamel-yaml', '', 'ruamel_yaml'],
    ['of two whose purls name it, the one with a version in the range', 'two-x', '>=2', 'two_x'],
    ['what the mapping says', 'graphviz', '', 'python-graphviz'],
    ['of several in the mapping, the one of its name', 'decorator', '', 'decorator'],
    ['of several spellings, the one of its author', 'un-said', '', 'un_said'],
    ['the same where none has a version in the range', 'un-said', '>=9', 'un_said'],
    ['that whose newest package installs its metadata', 'docker', '', 'docker'],
    ['nothing, by its spelling alone', 'a-b', '', null],
    ['nothing, where its purls are none', 'odd', '', null],
    ['nothing, where nothing is said', 'absent', '', null],
  ])('%s', async (_, name, wanted, conda) => {
    expect(await evidence(name, wanted)).toBe(conda);
  });

  it.each([
    ['two others', 'torch', '', 'pytorch, pytorch-cpu'],
    ['two spellings of which nothing tells', 'two-x', '', 'two-x, two_x'],
    ['two spellings that no channel has', 'two-y', '>=1', 'two.y, two_y'],
  ])('a reason to stop: %s', async (_, name, wanted, list) => {
    expect(await evidence(name, wanted)).toEqual({
      code: 'pypi.conda-name',
      detail: expect.stringContaining(`is in several conda packages: ${list}`),
      hint: expect.stringContaining(`"condaNames": { "${name}": "NAME" }`),
    });
  });

  it('what the allowlist says before all, and nothing is read for it', async () => {
    const names = channelNames({ condaNames: { RUAMEL_YAML: 'mine' } });
    expect(await evidence('ruamel-yaml', '', names)).toBe('mine');
    expect(reads).toBe(0);
  });

  it('not asked of a mapping where the allowlist wants none', async () => {
    const names = channelNames({ mapping: 'none' }, { mapped: () => expect.fail('was asked') });
    expect(await evidence('graphviz', '', names)).toBe(null);
  });

  it('not asked of a mapping or a package where a record tells', async () => {
    const unasked = { mapped: () => expect.fail('was asked'), carried: () => expect.fail('was asked') };
    expect(await evidence('ruamel-yaml', '', channelNames({}, unasked))).toBe('ruamel_yaml');
  });

  it('looked for once, however many releases need it', async () => {
    const names = channelNames();
    await evidence('ruamel-yaml', '', names);
    const once = reads;
    await evidence('ruamel-yaml', '', names);
    expect([reads, once > 0]).toEqual([once, true]);
  });

  it('told with what was odd about it', async () => {
    const warning = { code: 'pypi.mapping', subject: 'https://a.example', detail: 'of the last run' };
    const names = channelNames({}, { mapped: async () => ({ names: ['x'], warning }) });
    expect([await evidence('new', '', names), names.warnings()]).toEqual(['x', [warning]]);
  });
});

it('pythons are the minor versions that the channels have, or the allowlist lists, rising', async () => {
  expect(await channelNames().pythons()).toEqual(['3.9', '3.10']);
  expect(await channelNames({ python: ['3.12', '2.7', '3.8'] }).pythons()).toEqual(['3.8', '3.12']);
});
