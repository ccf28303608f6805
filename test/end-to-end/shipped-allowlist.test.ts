import { gzipSync } from 'node:zlib';
import { it } from 'vitest';
import { buildTar } from '../support/archives/build-tar.ts';
import { useLab } from '../support/cli/lab.ts';
import { holdShippedAllowlist } from '../support/cli/shipped-allowlist.ts';

useLab();

const pkgInfo = 'Metadata-Version: 1.1\nName: networkx\nVersion: 1.10\nLicense: BSD\n';
const files = {
  'PKG-INFO': pkgInfo,
  'setup.py': "from setuptools import setup\nsetup(name='networkx', version='1.10', packages=['networkx'])\n",
  'networkx/__init__.py': 'from fractions import gcd\n',
  'networkx.egg-info/PKG-INFO': pkgInfo,
  'networkx.egg-info/requires.txt': 'decorator>=3.4.0\n',
  'networkx.egg-info/top_level.txt': 'networkx\n',
};

it('the shipped allowlist is planned, brought in and proved, for conda and for pip', async () => {
  const members = Object.entries(files).map(([name, data]) => ({ name: `networkx-1.10/${name}`, data }));
  await holdShippedAllowlist({ fileName: 'networkx-1.10.tar.gz', bytes: gzipSync(buildTar(...members)) });
});
