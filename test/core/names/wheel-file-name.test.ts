import { describe, expect, it } from 'vitest';
import { parseWheelFileName } from '../../../core/names/wheel-file-name.ts';
import { wheelOf } from '../../support/python/parsed-names.ts';

describe('parseWheelFileName', () => {
  it('tells the parts of a name', () => {
    expect(wheelOf('Ruamel.YAML-1.0_post1-3b-py2.py3-none-any.whl')).toMatchObject({
      fileName: 'Ruamel.YAML-1.0_post1-3b-py2.py3-none-any.whl',
      project: 'ruamel-yaml',
      build: { number: 3n, rest: 'b' },
      pythons: ['py2', 'py3'],
      abis: ['none'],
      platforms: ['any'],
    });
    expect(wheelOf('torch-2.0+cu118-cp311-cp311-linux_x86_64.whl').version.text).toBe('2.0+cu118');
    expect(wheelOf('x-1!2-py3-none-any.whl').version.epoch).toBe(1n);
    expect(wheelOf('x-1-py3-none-any.whl').build).toBeNull();
  });

  it.each([
    ['x-1.tar.gz', 'is not the file name of a wheel'],
    ['x-1-py3-none-any.WHL', 'is not the file name of a wheel'],
    [`${'x'.repeat(300)}-1-py3-none-any.whl`, 'is not the file name of a wheel'],
    ['x__y-1-py3-none-any.whl', 'has "x__y" for a project\'s name'],
    ['../x-1-py3-none-any.whl', 'is not the file name of a wheel'],
    ['x-1 -py3-none-any.whl', 'is not the file name of a wheel'],
    ['.x-1-py3-none-any.whl', 'is not the file name of a wheel'],
    ['x.-1-py3-none-any.whl', 'has "x." for a project\'s name'],
    ['-1-py3-none-any.whl', 'is not the file name of a wheel'],
    ['x-2010i-py3-none-any.whl', 'has "2010i" for a version'],
    ['x.whl', 'has "" for a version'],
    ['x-1-2+3-py3-none-any.whl', 'has "2+3" for a build tag'],
    ['x-1-1-1-py3-none.whl', 'does not end in three sets of tags'],
    ['x-1-py3-none.whl', 'does not end in three sets of tags'],
    ['x-1-py3..py2-none-any.whl', 'does not end in three sets of tags'],
    ['x-1-py3-none-a+b.whl', 'does not end in three sets of tags'],
    [
      'x-1-cp312-cp312-linux_x86_64-x86_64_v3.whl',
      'names the wheel variant "x86_64_v3", which is not supported (PEP 825)',
    ],
    ['x-1-2-cp312-cp312-linux_x86_64-v3.whl', 'names the wheel variant "v3", which is not supported (PEP 825)'],
  ])('%s %s', (fileName, message) => {
    expect(parseWheelFileName(fileName)).toEqual({ ok: false, message });
  });
});
