import { expect, it } from 'vitest';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import { projectOf } from '../../support/python/parsed-names.ts';

it.each([
  ['networkx-1.10.tar.gz', 'networkx', '1.10', '.tar.gz'],
  ['wget-3.2.zip', 'wget', '3.2', '.zip'],
  ['python-constraint-1.4.0.tar.bz2', 'python-constraint', '1.4.0', '.tar.bz2'],
  ['Ruamel.YAML-1.0.tar.gz', 'ruamel-yaml', '1.0', '.tar.gz'],
  ['pymdptoolbox-4.0-b3.zip', 'pymdptoolbox', '4.0b3', '.zip'],
  ['pkg-2016.6.15+21c64f5.dirty.tar.gz', 'pkg', '2016.6.15+21c64f5.dirty', '.tar.gz'],
  ['x-1-1.tar.gz', 'x', '1.post1', '.tar.gz'],
])('%s is of %s, version %s', (fileName, project, version, format) => {
  expect(parseSdistFileName(fileName, projectOf(project))).toMatchObject({
    version: { text: version },
    format,
    fileName,
  });
});

it.each([
  ['networkx-1.10.tar.gz', 'network'],
  ['networkx-1.10-py2.7.egg', 'networkx'],
  ['networkx-1.10.win32.exe', 'networkx'],
  ['networkx-1.10.tar.xz', 'networkx'],
  ['networkx.tar.gz', 'networkx'],
  ['networkx- 1.10.tar.gz', 'networkx'],
  ['networkx-latest.tar.gz', 'networkx'],
  ['networkx-1.10-2.zip.zip', 'networkx'],
  ['python-constraint-1.4.0.tar.gz', 'python'],
  [`${'a-'.repeat(10_000)}1.zip`, 'python'],
  ['../python-1.zip', 'python'],
])('%s is no sdist of %s', (fileName, project) => {
  expect(parseSdistFileName(fileName, projectOf(project))).toBeNull();
});
