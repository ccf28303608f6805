import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  objectKeySchema,
  projectPageKey,
  rootPageKey,
  simpleFileKey,
  simpleMetadataKey,
  simplePages,
} from '../../../core/layout/keys.ts';
import { simplePlace } from '../../../core/layout/simple-place.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

const wheel = fc
  .tuple(
    fc.constantFrom('demo', 'Ruamel_YAML', 'ruamel.yaml', 'a1'),
    fc.constantFrom('1.0', '2!1', '1.0+cu118', '1.0-1'),
    fc.constantFrom('py3-none-any', 'cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64'),
  )
  .map((parts) => wheelName(`${parts.join('-')}.whl`));

describe('a key of the pip index', () => {
  it('that we write is known for what it is', () => {
    fc.assert(
      fc.property(wheel, ({ project, fileName }) => {
        expect(simplePlace(simpleFileKey(project, fileName))).toEqual({ kind: 'file', project, fileName });
        expect(simplePlace(simpleMetadataKey(project, fileName))).toEqual({ kind: 'metadata', project, fileName });
        for (const page of simplePages) {
          expect(simplePlace(projectPageKey(project, page))).toEqual({ kind: 'page', project, page });
          expect(simplePlace(rootPageKey(page))).toEqual({ kind: 'root page', page });
        }
      }),
    );
  });

  it('that is a source distribution is known by the folder that it lies in', () => {
    const names = ['ruamel.yaml-1.0.tar.gz', 'Ruamel_YAML-2.0-b3.zip', 'ruamel-yaml-1+x.tar.bz2'];
    for (const name of names) {
      const place = { kind: 'file', project: 'ruamel-yaml', fileName: name };
      expect(simplePlace(`simple/ruamel-yaml/${name}`)).toEqual(place);
      expect(simplePlace(`simple/ruamel-yaml/${name}.metadata`)).toEqual({ kind: 'stray', why: 'name' });
      expect(simplePlace(`simple/ruamel/${name}`)).toEqual({ kind: 'stray', why: 'project' });
    }
  });

  it.each([
    ['beside', ['demo-1.0-py3-none-any.whl', 'index.htm', 'robots.txt', 'demo']],
    [
      'no project',
      ['Demo/demo-1.0-py3-none-any.whl', 'ruamel.yaml/index.json', 'a_b/x', '-/x', 'a--b/index.html', 'é/x', '_x/x'],
    ],
    ['below', ['demo/old/demo-1.0-py3-none-any.whl', 'demo/demo-1.0-py3-none-any.whl/demo.py', 'demo/index.json/x']],
    [
      'project',
      ['demo/other-1.0-py3-none-any.whl', 'demo/demo-x-1.0.tar.gz', 'demo/demo2-1.0-py3-none-any.whl.metadata'],
    ],
    [
      'name',
      [
        ...[
          'demo-1.0.tar.xz',
          'demo-1.0.TAR.GZ',
          'demo-.zip',
          'demo.tar.gz',
          'demo-1.0-py3-none-any.WHL',
          'demo-1.0-py3-none-any.whl.part',
          'demo.whl',
          'demo',
        ],
        ...['index.json.metadata', 'demo-1.0-py3-none-any (1).whl', 'demo-1.0-py3-none-any.whl.metadata.metadata'],
        ...['demo-x-py3-none-any.whl', 'demo-1.0-py3-none-any.whl.asc', 'INDEX.html', '.metadata'],
      ].map((name) => `demo/${name}`),
    ],
  ])('that is none of ours: %s', (why, paths) => {
    const strays = paths.filter((path) => path !== 'demo/.metadata');
    for (const path of strays) expect([path, simplePlace(`simple/${path}`)]).toEqual([path, { kind: 'stray', why }]);
  });

  it('that is hidden is passed over, unless it would be a file of a release', () => {
    for (const path of ['.DS_Store', 'demo/.gitkeep', '.cache/x', 'demo/.cache/x.json', 'demo/.demo-1.0.whl.Xy']) {
      expect([path, simplePlace(`simple/${path}`).kind]).toEqual([path, 'hidden']);
    }
    for (const path of ['.a-1-py3-none-any.whl', 'demo/.demo-1.0.tar.gz', '.hidden/demo-1.0-py3-none-any.WHL']) {
      expect([path, simplePlace(`simple/${path}`).kind]).toEqual([path, 'stray']);
    }
  });

  it('is told whatever it is', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('demo', 'Demo', 'index.json', 'demo-1.0-py3-none-any.whl', '.metadata', '', '..'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const path = ['simple', ...parts].join('/');
        const place = simplePlace(path);
        if (place.kind === 'hidden' || place.kind === 'stray') return;
        expect(objectKeySchema.safeParse(path).success).toBe(true);
      }),
    );
  });
});
