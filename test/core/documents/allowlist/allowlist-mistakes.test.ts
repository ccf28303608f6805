import { describe, expect, test } from 'vitest';
import { parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';
import { allowlistText, expectProblem, type Parts, utf8 } from './expect-problem.ts';

const takenName = (name: string): [string, Parts, string, string] => [
  `the name ${name}`,
  { more: `, "name": «"${name}"»` },
  'it means something else in a URL',
  'your organisation',
];

describe('one thing wrong', () => {
  const conda = '"https://conda.anaconda.org/conda-forge"';
  test.each<[string, Parts, string, string?]>([
    ['unknown key', { more: ', «"platfroms"»: []' }, 'unknown key "platfroms"', 'did you mean "platforms"?'],
    [
      'unknown entry key',
      { packages: '[{"spec": "a", «"resaon"»: ""}]' },
      'unknown key "resaon"',
      'did you mean "reason"?',
    ],
    ['repeated key', { more: ',\n  «"packages"»: ["numpy"]' }, 'the key "packages" is here twice'],
    ['unknown platform', { platforms: '["linux-64", "win-64", «"osx_64"»]' }, 'unknown platform "osx_64"', '"osx-64"'],
    [
      'test platform',
      { platforms: '["linux-64", "win-64", «"linux-fake"»]' },
      'unknown platform',
      'known are linux-32',
    ],
    ['noarch', { platforms: '[«"noarch"», "linux-64"]' }, 'noarch is not a platform', 'leave it out'],
    ['platform twice', { platforms: '["linux-64", «"linux-64"»]' }, '"linux-64" is here twice'],
    ['no platform', { platforms: '«[]»' }, 'at least one'],
    ['a channel by name', { channels: '[«"conda-forge"»]' }, 'is not a URL', 'https://conda.anaconda.org/conda-forge'],
    ['a relative file', { channels: '[«"file:channel"»]' }, 'absolute', 'file:///'],
    ['another scheme', { channels: '[«"ftp://a.example/c"»]' }, 'not an https:, http: or file: URL'],
    ['a channel twice', { channels: `[${conda}, «"https://Conda.anaconda.org/conda-forge/"»]` }, 'is here twice'],
    ['a wrong kind', { packages: '«"numpy"»' }, 'expected a list [...], found text'],
    ['an entry of a wrong kind', { packages: '[«7»]' }, 'a MatchSpec in quotes or an object, found the number 7'],
    ['an empty spec', { packages: '[«" "»]' }, 'a MatchSpec cannot be empty'],
    ['no MatchSpec', { packages: '["numpy «>>1»"]' }, '"numpy >>1" is not a MatchSpec: ">>"'],
    ['no MatchSpec in an object', { packages: '[{"spec": "numpy «>>1»"}]' }, '"numpy >>1" is not a MatchSpec'],
    ['no MatchSpec after escapes', { packages: '["\\u006eumpy\\t«>>1»"]' }, 'is not a MatchSpec'],
    ['a duplicate', { packages: '["numpy ==1.0",\n «"numpy 1.0"»]' }, 'duplicate: line 4', 'remove one'],
    ['a PyPI duplicate', { packages: '[{"pypi": "A_b==1"}, «{"pypi": "a-B ==1"}»]' }, 'duplicate'],
    ['neither', { packages: '[«{"reason": "x"}»]' }, 'needs a "spec" or a "pypi"'],
    ['both', { packages: '[«{"spec": "a", "pypi": "b"}»]' }, 'not both'],
    ['a PyPI channel', { packages: '[{"pypi": "a", "channel": «"https://a.example/c"»}]' }, 'no conda channel'],
    ['PyPI extras', { packages: '[{"pypi": "a«[b]»"}]' }, 'expected a version', 'extras'],
    [
      'a platform beside',
      { packages: '[{"spec": "a", "platforms": [«"osx-64"»]}]' },
      'not one of the allowlist',
      'add it',
    ],
    [
      'two channels',
      { packages: '[{"spec": "x::a", "channel": «"https://a.example/c"»}]' },
      'contradicts',
      'one of the two',
    ],
    [
      'an unknown channel',
      { packages: '["«conda-forg»::a"]' },
      'none of "channels" is called',
      'did you mean "conda-forge"',
    ],
    ['an unknown channel URL', { packages: '["«https://a.example/c»::a"]' }, 'none of "channels"', 'add its URL'],
    ['an unread subdir', { packages: '["conda-forge/«osx-64»::a"]' }, 'no platform here reads the subdir "osx-64"'],
    ['a virtual package', { packages: '["«__glibc» >=2"]' }, 'virtual package'],
    [
      'a channel of a dependency',
      { packages: '[{"spec": "a", "depends": ["«conda-forge»::b"]}]' },
      'cannot name a channel',
    ],
    ['a python as number', { more: ', "python": [«3.10»]' }, 'expected text in quotes, found the number 3.1', 'quotes'],
    ['no python', { more: ', "python": [«"3.x"»]' }, 'is not a python version'],
    [
      'a virtual package beside',
      { more: ', "virtualPackages": {«"osx-64"»: {}}' },
      'not one of the allowlist',
      'add it',
    ],
    [
      'no virtual package',
      { more: ', "virtualPackages": {"linux-64": {«"glibc"»: "2"}}' },
      'name of a virtual package',
    ],
    ['no version', { more: ', "virtualPackages": {"linux-64": {"__glibc": «">=2"»}}' }, 'is not a version', '2.28'],
    ['a name in capitals', { more: ', "name": «"Acme"»' }, 'is not the name of a channel', 'use lowercase letters'],
    [
      'a name of two parts',
      { more: ', "name": «"acme/main"»' },
      'is not the name of a channel',
      'use lowercase letters',
    ],
    ['a private name', { more: ', "name": «"_gatehouse"»' }, 'is not the name of a channel', 'use lowercase letters'],
    ['a name for a file', { more: ', "name": «"acme.conda"»' }, 'clients take it for a package', 'your organisation'],
    ...['conda', 'simple', 'staging', 'snapshots', 'legacy', 'healthz', 't'].map(takenName),
    ...[
      'index.html',
      'robots.txt',
      'noarch',
      'linux-64',
      'zos-z',
      'defaults',
      'nodefaults',
      'local',
      'acme-simple',
    ].map(takenName),
    ['no name', { more: ', "name": «3»' }, 'expected text'],
    ['an environment name', { more: ', "environments": {«"Course 1"»: ["a"]}' }, 'is not an environment name'],
    [
      'an environment named __proto__',
      { more: ', "environments": {«"__proto__"»: ["a"]}' },
      '"__proto__" is not allowed',
    ],
    ['an environment twice', { more: ', "environments": {"a": ["b"], «"a"»: ["b"]}' }, 'twice'],
    ['an empty environment', { more: ', "environments": {"a": «[]»}' }, 'at least one'],
    ['a repeated spec', { more: ', "environments": {"a": ["b ==1", «"b 1"»]}' }, '"b 1" is here twice'],
    ['two pins', { more: ', "environments": {"a": ["b ==1", «"b ==2"»]}' }, 'contradicts "b ==1"'],
    [
      'an unread subdir in an environment',
      { more: ', "environments": {"a": ["conda-forge/«osx-64»::b"]}' },
      'no platform here reads the subdir "osx-64"',
    ],
    [
      'an unknown channel in an environment',
      { more: ', "environments": {"a": ["«other»::b"]}' },
      'none of "channels" is called "other"',
    ],
    [
      'one package from two channels',
      {
        channels: '["https://a.example/c", "https://a.example/d"]',
        more: ', "environments": {"a": ["c::b", «"d::b >1"»]}',
      },
      'from another channel',
      'https://a.example/c',
    ],
    [
      'no form',
      { more: ', "forms": ["repodata.json.bz2", «"repodata_shard.msgpack.zst"»]' },
      'is not one of repodata_shards.msgpack.zst, repodata.json.bz2, repodata_from_packages.json',
      'did you mean "repodata_shards.msgpack.zst"?',
    ],
    ['a form that is always written', { more: ', "forms": [«"run_exports.json"»]' }, 'is not one of'],
    [
      'a form twice',
      { more: ', "forms": ["repodata.json.bz2", «"repodata.json.bz2"»]' },
      'is here twice: it is item 1 already',
    ],
    [
      'a pattern of reserved names',
      { more: ', "reserved": [«"acme-*"»]' },
      '"acme-*" is a pattern, and names are reserved without one',
      'write "acme": it reserves acme and all that starts with acme-',
    ],
    [
      "a reserved project's package of another name",
      { more: ', "reserved": ["acme"], "condaNames": {"acme_tool": «"tool"»}' },
      '"acme_tool" is a reserved name, and "tool" is not',
      'give it a name that is reserved',
    ],
    ['a reserved name that is none', { more: ', "reserved": [«"*"»]' }, '"*" is not the name of a project or package'],
    [
      'a reserved name in two spellings',
      { more: ', "reserved": ["acme.tools", «"Acme_Tools"»]' },
      '"Acme_Tools" is here twice: it is item 1 already',
    ],
    [
      'a choice of versions',
      { more: ', "versions": «"fewst"»' },
      '"fewst" is not one of newest, fewest',
      'did you mean "fewest"?',
    ],
    [
      'a package format',
      { more: ', "packageFormat": «"tar.bz2"»' },
      '"tar.bz2" is not one of .conda, .tar.bz2',
      'did you mean ".tar.bz2"?',
    ],
    ['formats', { more: ', "packageFormat": «[".conda"]»' }, 'expected text in quotes, found a list'],
    ['no mapping', { more: ', "mapping": «[]»' }, 'expected text in quotes, found a list'],
    ['a mapping by its path', { more: ', "mapping": «"map.json"»' }, '"map.json" is not a URL'],
    [
      'a wheel by its name',
      { packages: '[{"pypi": "a", "wheel": «"a-1-py3-none-any.whl"»}]' },
      '"a-1-py3-none-any.whl" is not the sha256 of a wheel',
      'sha256sum',
    ],
    [
      'a wheel and its sdist',
      { packages: `[{"pypi": "a", "sdist": "unpack", "wheel": «"sha256:${'0'.repeat(64)}"»}]` },
      'an entry has either "sdist" or "wheel"',
    ],
    [
      'the wheel of a conda package',
      { packages: `[{"spec": "a", "wheel": «"sha256:${'0'.repeat(64)}"»}]` },
      'a conda package has no wheel',
    ],
    ['other dependencies', { packages: '[{"pypi": "a", "dependencies": «"conda"»}]' }, 'is not one of pypi'],
    [
      'dependencies of a conda package',
      { packages: '[{"spec": "a", "dependencies": «"pypi"»}]' },
      'come from the channels',
      'remove',
    ],
    ['an sdist of a conda package', { packages: '[{"spec": "a", "sdist": «"unpack"»}]' }, 'has no sdist', 'remove'],
    [
      'a project as messages name it',
      { packages: '["pypi«:a ==1.0»"]' },
      'one ":" stands alone',
      'a project of PyPI is an entry of its own kind: { "pypi": "a ==1.0" }',
    ],
    ['another sdist', { packages: '[{"pypi": "a", "sdist": «"build"»}]' }, 'is not one of unpack'],
    ['a project twice', { more: ', "condaNames": {"a.b": "a", «"A-b"»: "b"}' }, 'here twice'],
    ['no project', { more: ', "condaNames": {«"a b"»: "a"}' }, 'not the name of a PyPI project'],
    ['no conda name', { more: ', "condaNames": {"a": «"A"»}' }, 'not the name of a conda package'],
    ['an index that is none', { more: ', "indexes": [«"pypi"»]' }, 'is not a URL'],
    [
      'one without its scheme',
      { more: ', "indexes": [«"pypi.org/simple"»]' },
      'is not a URL',
      'is it https://pypi.org/simple?',
    ],
    ['an indexes of an entry', { packages: '[{"spec": "a", «"indexes"»: []}]' }, 'unknown key "indexes"'],
  ])('%s', (_, parts, message, hint) => {
    expectProblem(allowlistText(parts), { message, hint });
  });

  test('a missing key', () => {
    expectProblem('«{»"channels": ["https://a.example/c"], "platforms": ["win-64"]}', {
      message: 'the key "packages" is missing',
    });
  });

  test('no object', () => expectProblem('«[]»', { message: 'expected an object {...}, found a list' }));

  test('a channel that several could be', () => {
    const channels = '["https://a.example/c", "https://b.example/c"]';
    expectProblem(allowlistText({ channels, packages: '["«c»::a"]' }), {
      message: 'several of "channels" are called "c"',
      hint: 'https://a.example/c or https://b.example/c',
    });
  });
});

test('what is wrong in a list is not told again of what needs the list', () => {
  expectProblem(
    allowlistText({ platforms: '["linux-64", «"osx"»]', packages: '[{"spec": "a", "platforms": ["osx-64"]}]' }),
    {
      message: 'unknown platform "osx"',
    },
  );
  expectProblem(allowlistText({ channels: '["https://a.example/c", «"bioconda"»]', packages: '["bioconda::b"]' }), {
    message: 'is not a URL',
  });
});

test('a secret too long for a message is not told in part', () => {
  const spec = `https://me:${'hunter2'.repeat(20)}@a.example/c::numpy >>1`;
  const parsed = parseAllowlist(utf8(allowlistText({ packages: `["${spec}", "${spec.replace(' >>1', '')}"]` })), 'f');
  expect(parsed).toMatchObject({ ok: false, problems: [{ line: 4 }, { line: 4 }] });
  expect(JSON.stringify(parsed)).not.toContain('hunter2');
});

test.each(['https://user:hunter2@a.example/c', 'https://hunter2@a.example', 'https://a.example/t/hunter2/c'])(
  'credentials in %s are refused and not repeated',
  (url) => {
    const parsed = parseAllowlist(utf8(allowlistText({ channels: `["${url}"]` })), 'allowlist.json');
    expect(parsed).toMatchObject({
      ok: false,
      problems: [
        { line: 2, column: 16, message: 'the URL carries credentials', hint: expect.stringContaining('into netrc') },
      ],
    });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  },
);
