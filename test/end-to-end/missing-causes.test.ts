import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildChannel, type ChannelPackage } from '../../local/sample/build-channel.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

const everywhere = { subdir: 'noarch' };

/** Publishes what the entries below go by, and tells the URL of a second channel, which comes behind. */
async function publishBoth(): Promise<string> {
  await lab.publish(
    [
      ...[small('numpy 1.2 py_0'), small('numpy 1.3 py_0'), small('same 1.0', [], everywhere)],
      ...['1', '2', '3', '4', '5', '6', '7'].map((version) => small(`many ${version}`, [], everywhere)),
      ...[
        small('gpu 1.0', ['__cuda >=12,<13']),
        small('new 1.0', ['__glibc >=2.39']),
        small('wide 1.0', ['__archspec 1 x86_64_v4']),
      ],
      ...[small('winonly 1.0', ['__win'], everywhere), small('old 1.0', ['__linux <4'])],
      ...[
        small('tree 1.0', ['same >=2'], everywhere),
        small('deep 1.0', ['mid'], everywhere),
        small('mid 1.0', ['gone >=3'], everywhere),
      ],
      ...[small('pyapp 1.0', ['python'], everywhere), small('python 3.11')],
      ...[small('mac 1.0', [], { subdir: 'osx-64' }), small('wins 2.0', [], { subdir: 'win-64' }), small('wins 1.0')],
      ...[small('chan 1.0', ['a::numpy'], everywhere), small('extras 1.0', [], everywhere)],
      ...[small('dash 1.2.3-4', [], everywhere), small('Upper 2.6', [], everywhere)],
    ],
    { 'extras-1.0-0.conda': { constrains: ['ray[default,data] >=2.9'] } },
  );
  await channelOf('apart', [small('alone 1.0'), small('alone 2.0', [], { subdir: 'win-64' })]);
  return channelOf('lower', [small('same 2.0', [], everywhere), small('below 1.0', [], everywhere)]);
}

it('of what is there and a request itself excludes, it says by what', async () => {
  await lab.publish([
    ...[small('base 1.0'), small('base 2.0'), small('tool 1.0', ['base >=2'])],
    ...[small('python 3.11'), small('python 3.12'), small('pip 1.0', ['python'], everywhere)],
    small('plot 1.0', ['python >=3.12']),
  ]);
  const environments = { both: ['tool', 'base <2'] };
  const { plan } = await lab.sync(lab.allowlist(['plot', 'tool'], { environments, python: ['3.11'] }));
  expect(plan.problems.map(({ detail, hint }) => [detail.split('\n').at(-1), hint])).toEqual([
    [
      'base: there is 2.0, and the environment asks for base <2 too',
      'ask in the environment for versions that go together',
    ],
    [
      'python: there is 3.12, and it was solved with python 3.11, as "python" of the allowlist says',
      'list another in "python", or ask for what goes with these',
    ],
  ]);
});

async function channelOf(name: string, packages: readonly ChannelPackage[]): Promise<string> {
  const folder = join(lab.upstreamFolder, '..', name);
  await buildChannel(folder, packages, { forms: ['json'] });
  return pathToFileURL(folder).href;
}

type Row = [entry: string | Record<string, unknown>, explanation: string, hint: string | undefined];

const rows = (up: string, lower: string): Row[] => [
  ['numppy', 'numppy *: no channel has a package of that name', 'did you mean numpy?'],
  [
    'zzzzzzzzz',
    'zzzzzzzzz *: no channel has a package of that name',
    'add a channel that has it; what only PyPI has is an entry { "pypi": "zzzzzzzzz" }',
  ],
  [
    'same >=2',
    `same >=2: ${lower} has same 2.0, hidden since ${up} comes first`,
    `take it from there: {"spec":"same >=2","channel":"${lower}","platforms":["linux-64"]}`,
  ],
  ['tree', `same: ${lower} has same 2.0, hidden since ${up} comes first`, `write ${lower} before ${up} in "channels"`],
  [
    { spec: 'below', channel: up },
    `below *: ${up} has no such package, and ${lower} has`,
    'remove the channel from the entry',
  ],
  [
    { spec: 'same >=1.5', channel: up },
    `same >=1.5: ${lower} has same 2.0, and the entry takes it of ${up}`,
    'remove the channel from the entry',
  ],
  [
    { spec: 'alone >=3', channel: lower.replace(/lower$/, 'apart') },
    'alone >=3: no such version is there, but 1.0',
    'ask for a version that is there',
  ],
  [
    { spec: 'alone >=2', channel: lower.replace(/lower$/, 'apart') },
    'alone >=2: 2.0 is only for win-64',
    `say so in the entry: {"spec":"alone >=2","channel":"${lower.replace(/lower$/, 'apart')}","platforms":["win-64"]}`,
  ],
  ['many >=8', 'many >=8: no such version is there, but 7, 6, 5, 4, 3 and 2 more', 'ask for a version that is there'],
  ['numpy=1=py_*', 'numpy ==1 py_*: before a build, 1 is that version alone, and there is 1.3', 'write numpy=1.*=py_*'],
  ['numpy=1.3=h*', 'numpy ==1.3 h*: of 1.3 there are the builds py_0', 'ask for one of them, or for none'],
  ...[
    ['license=GPL', 'license GPL'],
    ['build_number=7', 'build_number ==7'],
    ['fn=same-9-0.conda', 'fn same-9-0.conda'],
    ['subdir=linux-64', 'subdir linux-64'],
    ['track_features=mkl', 'track_features mkl'],
  ].map(
    ([asked = '', words = '']): Row => [
      `same[${asked}]`,
      `same *: 1.0 is there, and no file with ${words}`,
      `take ${asked.replace(/=.*/, '')} out of the spec, or ask for what is there`,
    ],
  ),
  [
    `many ==7[sha256=${'a'.repeat(64)}]`,
    `many ==7[sha256=${'a'.repeat(64)}]: 7 is there, and no file with sha256 ${'a'.repeat(64)}`,
    'take sha256 out of the spec, or ask for what is there',
  ],
  [
    'mac',
    'mac *: it is only for osx-64',
    'add osx-64 to "platforms" at the top and write {"spec":"mac","platforms":["osx-64"]}, or remove the entry',
  ],
  ['wins >=2', 'wins >=2: 2.0 is only for win-64', 'say so in the entry: {"spec":"wins >=2","platforms":["win-64"]}'],
  [
    'gpu',
    '__cuda: linux-64 is taken to have no __cuda',
    'if your machines have it, say so in the allowlist: "virtualPackages": {"linux-64":{"__cuda":"12"}}',
  ],
  [
    'new',
    '__glibc: linux-64 is taken to have __glibc 2.28',
    'if your machines have it, say so in the allowlist: "virtualPackages": {"linux-64":{"__glibc":"2.39"}}',
  ],
  [
    'wide',
    '__archspec: linux-64 is taken to have __archspec 1=x86_64',
    'if your machines have it, say so in the allowlist: "virtualPackages": {"linux-64":{"__archspec":"1=x86_64_v4"}}',
  ],
  ['old', '__linux: linux-64 is taken to have __linux 5.10', 'if your machines have it, say so in the allowlist'],
  [
    'winonly',
    '__win: it is for Windows alone',
    'no platform of the entry has it: remove the entry, or have it for win-64 instead',
  ],
  ['deep', 'gone: no channel has a package of that name', 'add a channel that has gone'],
  [
    'pyapp',
    'pip *: no channel has a package of that name, which conda and mamba install beside python',
    'add a channel that has pip',
  ],
  [
    'chan',
    `chan *: what ${up} has of it is left out: noarch/chan-1.0-0.conda (record.depends-channel)`,
    'mend its dependencies in patches/noarch.json',
  ],
  [
    'dash',
    'dash *: files of that name are left out: noarch/dash-1.2.3-4-0.conda (its record says dash 1.2.3-4 0)',
    'tell the channel: they must be named anew',
  ],
  [
    'upper',
    'upper *: files of that name are left out: noarch/Upper-2.6-0.conda (A3.name: it is not the name of a .conda package (CEP 26))',
    'tell the channel: they must be named anew',
  ],
];

it('that nothing is found says which of its causes it is, with what can be done', async () => {
  const lower = await publishBoth();
  const table = rows(lab.upstream.url, lower);
  const entries = table.map(([entry]) => (typeof entry === 'string' ? { spec: entry } : entry));
  const allowlist = lab.allowlist([...entries.map((entry) => ({ platforms: ['linux-64'], ...entry })), 'extras'], {
    channels: [lab.upstream.url, lower],
    platforms: ['linux-64', 'win-64'],
  });
  const { plan } = await lab.sync(allowlist);
  const told = plan.problems.filter(({ code }) => code === 'entry.unsolvable');
  const explained = table.map(([, explanation]) =>
    told.find(({ detail }) => detail.split(/\n|^No candidates were found for /).includes(explanation)),
  );
  expect(explained.map((problem) => problem?.hint)).toEqual(table.map(([, , hint]) => hint));
  expect(told).toHaveLength(table.length);
  // Conda passes over a constraint that it cannot read, and so does the plan.
  expect(plan.entries.filter(({ status }) => status === 'solved').map(({ entry }) => entry)).toEqual([
    'extras',
    'extras',
  ]);
});

it('what is to be written in an environment is text alone, and in an entry all that it had', async () => {
  const lower = await publishBoth();
  await lab.publish([
    ...[small('same 1.0', [], everywhere), small('mac 1.0', [], { subdir: 'osx-64' })],
    ...[small('winonly 1.0', ['__win'], everywhere), small('maconly 1.0', ['__osx'], everywhere)],
    small('wide 1.0', ['__archspec 1 *_v4']),
  ]);
  const pinned = { spec: 'same >=2', depends: ['winonly'], platforms: ['linux-64'] };
  const allowlist = lab.allowlist([pinned, 'winonly', 'maconly', { spec: 'wide', platforms: ['linux-64'] }], {
    channels: [lab.upstream.url, lower],
    platforms: ['linux-64', 'win-64'],
    environments: { hidden: ['same >=2'], mac: ['mac', 'same'], winonly: ['winonly'], absent: ['zzzzzzzzz'] },
  });
  const { plan } = await lab.sync(allowlist);
  const told = plan.problems.filter(({ code }) => code === 'entry.unsolvable');
  expect(told.map(({ subject, hint }) => [subject, hint])).toEqual([
    ['environment:absent on linux-64, win-64', 'add a channel that has it, or take it out of the environment'],
    ['environment:hidden on linux-64, win-64', `take it from there: "${lower}::same >=2"`],
    ['environment:mac on linux-64, win-64', 'take mac out of the environment'],
    ['environment:winonly on linux-64', 'take what needs __win out of the environment'],
    ['maconly on linux-64, win-64', 'no platform of the entry has it: remove the entry'],
    [
      'same >=2 on linux-64',
      `take it from there: {"spec":"same >=2","channel":"${lower}","depends":["winonly"],"platforms":["linux-64"]}`,
    ],
    ['wide on linux-64', 'if your machines have it, say so in the allowlist'],
    ['winonly on linux-64', 'leave linux-64 out in the "platforms" of the entry'],
  ]);
});

it('a server that has nothing for other platforms but trouble costs no time', async () => {
  await lab.publish([small('ok 1.0', [], everywhere)]);
  const asked: string[] = [];
  lab.intercept = ({ url = '' }, response, next) => {
    if (!/osx|win/.test(url)) return next();
    asked.push(url);
    response.writeHead(503).end();
  };
  const near = await lab.sync(lab.allowlist(['okk']));
  expect(near.plan.problems.map(({ hint }) => hint)).toEqual(['did you mean ok?']);
  expect(asked).toEqual([]);
  const { plan } = await lab.sync(lab.allowlist(['zzzzzzzzz']));
  expect(plan.problems.map(({ detail }) => detail)).toEqual([
    'No candidates were found for zzzzzzzzz *: no channel has a package of that name',
  ]);
  // Each of the three forms twice, of the first such platform alone.
  expect(asked.map((url) => url.split('/').at(-2))).toEqual(Array.from({ length: 6 }, () => 'osx-64'));
});

/** The file of a channel's shards (CEP 16) that has a package. */
async function shardOf(fileName: string): Promise<string> {
  const folder = join(lab.upstreamFolder, 'linux-64/shards');
  const files = await readdir(folder);
  const texts = await Promise.all(
    files.map(async (file) => zstdDecompressSync(await readFile(join(folder, file))).toString('latin1')),
  );
  const found = files.find((_, i) => texts[i]?.includes(fileName));
  if (found === undefined) throw new Error(`no shard has ${fileName}`);
  return found;
}

it('where the name could not be read nothing is said of the entry, but that it was not tried', async () => {
  const packages = [small('a 1.0', ['b']), small('b 1.0'), small('c 1.0', ['gone'])];
  await buildChannel(lab.upstreamFolder, packages, { forms: ['shards'] });
  const shard = await shardOf('b-1.0-0.conda');
  lab.intercept = (request, response, next) => (request.url?.endsWith(shard) ? response.writeHead(500).end() : next());
  const { plan } = await lab.sync(lab.allowlist(['a', 'b', 'c']));
  expect(plan.entries.map(({ status, explanation }) => [status, explanation])).toEqual([
    ['failed', 'not tried: an upstream could not be read'],
    ['failed', 'not tried: an upstream could not be read'],
    ['unsolvable', expect.stringContaining('gone: no channel has a package of that name')],
  ]);
  expect(plan.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'upstream.status b',
    'entry.unsolvable c on linux-64',
  ]);
});
