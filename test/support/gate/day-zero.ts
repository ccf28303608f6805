import { gzipSync } from 'node:zlib';
import type { Intercept } from '../../../local/sample/serve-folder.ts';
import { buildTar } from '../archives/build-tar.ts';
import { lab } from '../cli/lab.ts';
import { small } from '../cli/start-lab.ts';
import { serveProjects } from '../python/serve-projects.ts';

export const yesterday = Date.parse('2026-11-28T09:00:00Z');
const years = Date.parse('2022-03-01T00:00:00Z');

const platforms = ['linux-64', 'win-64'] as const;
const anywhere = { subdir: 'noarch', noarch: 'generic' } as const;

/** `Menu/spyder.json`, which menuinst makes a shortcut of, as spyder 5.0.4 has one for Windows alone. */
const menu = { path: 'Menu/spyder.json', content: '{"menu_name": "Anaconda", "menu_items": [{"name": "Spyder"}]}\n' };

/** conda-forge in small: the mission's packages of years ago, and of yesterday what every closure holds. */
export async function modelCondaForge(): Promise<void> {
  const pythons = ['3.8.12', '3.9.10'].map((version) => [version, version.split('.', 2).join('.')] as const);
  const onEach = platforms.flatMap((subdir) => [
    ...pythons.map(([version]) => small(`python ${version}`, ['openssl >=1.1', 'certifi'], { subdir })),
    ...['1.1.1', '3.5.4'].map((version) => small(`openssl ${version}`, [], { subdir })),
    small('spyder 5.0.4', ['python >=3.7', 'certifi'], { subdir, files: subdir === 'win-64' ? [menu] : [] }),
    ...['3.29.3', '3.30.1'].map((version) => small(`orange3 ${version}`, ['python >=3.8'], { subdir })),
  ]);
  const shared = [
    small('jupyterlab 3.1.3', ['python >=3.6', 'certifi >=2021'], anywhere),
    ...['2022.1', '2026.11'].map((version) => small(`certifi ${version}`, [], anywhere)),
    small('pip 22.0', ['python'], anywhere),
    small('decorator 4.4', ['python'], anywhere),
  ];
  // The channel says of certifi since when it has it (CEP 47); of all else its server does, by Last-Modified.
  const dates = { 'certifi-2026.11-0.conda': { indexed_timestamp: yesterday } };
  await lab.publish([...onEach, ...shared], dates);
  lab.intercept = dated(serveProjects({ networkx: [networkx()] }));
}

const dated =
  (projects: Intercept): Intercept =>
  (request, response, next) => {
    const at = request.url?.includes('openssl-3.5.4') === true ? yesterday : years;
    response.setHeader('last-modified', new Date(at).toUTCString());
    projects(request, response, next);
  };

function networkx() {
  const pkgInfo = 'Metadata-Version: 1.1\nName: networkx\nVersion: 1.10\n';
  const files = {
    'PKG-INFO': pkgInfo,
    'setup.py': "from setuptools import setup\nsetup(name='networkx', version='1.10', packages=['networkx'])\n",
    'networkx/__init__.py': '__version__ = "1.10"\n',
    'networkx.egg-info/PKG-INFO': pkgInfo,
    'networkx.egg-info/top_level.txt': 'networkx\n',
  };
  const members = Object.entries(files).map(([path, data]) => ({ name: `networkx-1.10/${path}`, data }));
  const bytes = gzipSync(buildTar({ name: 'networkx-1.10/', type: '5' }, ...members));
  return { fileName: 'networkx-1.10.tar.gz', bytes, facts: { 'upload-time': '2015-08-11T12:00:00Z' } };
}

/** The mission's five entries, with a gate that has this machine's upstream wait as any other. */
export const missionAllowlist = () =>
  lab.allowlist(
    [
      'jupyterlab ==3.1.3',
      'spyder ==5.0.4',
      'orange3 ==3.29.3',
      'orange3 ==3.30.1',
      { pypi: 'networkx ==1.10', sdist: 'unpack', depends: ['python <3.9'] },
    ],
    {
      platforms,
      indexes: [`${lab.upstream.url}/simple`],
      mapping: 'none',
      policy: { coolDown: { local: true }, advisories: 'none' },
    },
  );
