import { describe, expect, it } from 'vitest';
import { d2Activation } from '../../../../core/gate/install-code/d2-activation.ts';
import { d7Menus } from '../../../../core/gate/install-code/d7-menus.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { firingsOf, saidOf, smallSubject, smallWorld } from '../../../support/gate/small-subject.ts';

const activate = 'etc/conda/activate.d/demo.sh';

describe('D2', () => {
  it.each([
    activate,
    'etc/conda/deactivate.d/demo.bat',
    'Etc/Conda/Activate.D/demo.ps1',
    'etc/conda/activate.d/sub/x.sh',
  ])('holds %s, whose bytes are new', async (path) => {
    const [firing] = await firingsOf(d2Activation, smallSubject({ files: { [path]: 'a' } }));
    expect(firing).toMatchObject({ code: 'D2.activation', verdict: 'hold', sha256: sha256Of('a') });
  });

  it('passes a script whose bytes passed before, and holds it when one of them changes', async () => {
    const world = smallWorld({ known: [sha256Of('export A=1')] });
    const of = (text: string) => saidOf(d2Activation, smallSubject({ files: { [activate]: text } }), world);
    expect(await of('export A=1')).toEqual([]);
    expect(await of('export A=2')).toEqual(['hold D2.activation']);
  });

  it('warns of what a first sync brings', async () => {
    const files = { [activate]: 'a', 'etc/conda/env_vars.d/demo.json': '{"GDAL_DATA": "x"}' };
    expect(await saidOf(d2Activation, smallSubject({ files }), smallWorld({ isFirst: true }))).toEqual([
      'warn D2.activation',
      'warn D2.environment',
    ]);
    expect(await saidOf(d2Activation, smallSubject({ files }))).toEqual(['hold D2.activation', 'hold D2.environment']);
  });

  it('holds one that a wheel puts there', async () => {
    const files = { 'demo-1.0.data/data/etc/conda/activate.d/x.sh': '' };
    expect(await saidOf(d2Activation, smallSubject({ kind: 'wheel', files }))).toEqual(['hold D2.activation']);
  });

  it('says nothing of a recipe, nor of the folders by other names', async () => {
    const files = { [`info/recipe/${activate}`]: '', 'etc/conda/other.d/x.sh': '', 'share/etc/conda/activate.d/x': '' };
    expect(await firingsOf(d2Activation, smallSubject({ files }))).toEqual([]);
  });

  it.each([
    'PATH',
    'Path',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'PYTHONPATH',
    'PYTHON_X',
    'PIP_INDEX_URL',
    'CONDA_CHANNELS',
  ])('holds the variable %s, at a first sync too', async (name) => {
    const files = { 'etc/conda/env_vars.d/demo.json': JSON.stringify({ FINE: '1', [name]: 'x' }) };
    const [firing, ...more] = await firingsOf(d2Activation, smallSubject({ files }), smallWorld({ isFirst: true }));
    expect(more).toEqual([]);
    expect(firing).toMatchObject({ code: 'D2.variable', verdict: 'hold', detail: expect.stringContaining(name) });
  });

  it.each(['LDFLAGS', 'CONDAX', 'PIPX_HOME', 'MY_PATH', 'PATHS'])('lets the variable %s be as any', async (name) => {
    const files = { 'etc/conda/env_vars.d/demo.json': JSON.stringify({ [name]: 'x' }) };
    expect(await saidOf(d2Activation, smallSubject({ files }), smallWorld({ isFirst: true }))).toEqual([
      'warn D2.environment',
    ]);
  });

  it.each([
    ['not JSON', 'PATH=1'],
    ['a list', '["PATH"]'],
    ['too large', { large: '{}' }],
  ])('holds variables that are %s, at a first sync too', async (_, file) => {
    const files = { 'etc/conda/env_vars.d/demo': file };
    expect(await saidOf(d2Activation, smallSubject({ files }), smallWorld({ isFirst: true }))).toEqual([
      'hold D2.variable',
    ]);
  });
});

describe('a link in the place of a folder', () => {
  it.each(['etc', 'etc/conda', 'Etc/Conda/activate.d', 'bin', 'Scripts', 'Menu', 'lib', 'condarc.d'])(
    'is held at %s, at a first sync too',
    async (path) => {
      const subject = smallSubject({ files: { [path]: { link: 'share/x' }, 'share/x/activate.d/y.sh': '' } });
      expect(await saidOf(d2Activation, subject, smallWorld({ isFirst: true }))).toEqual(['hold D2.folder']);
    },
  );

  it('is nothing elsewhere', async () => {
    const files = {
      bin: 'a file',
      lib64: { link: 'lib' },
      'lib/python3.1': { link: 'python3.12' },
      'share/bin': { link: '../bin' },
    };
    expect(await saidOf(d2Activation, smallSubject({ files }))).toEqual([]);
  });
});

describe('D7', () => {
  const menu = { 'Menu/spyder.json': '{}' };

  it('warns of a menu at a first sync, and holds what is new or changed later', async () => {
    expect(await saidOf(d7Menus, smallSubject({ files: menu }), smallWorld({ isFirst: true }))).toEqual([
      'warn D7.menu',
    ]);
    expect(await firingsOf(d7Menus, smallSubject({ files: menu }))).toMatchObject([
      { code: 'D7.menu', verdict: 'hold', sha256: sha256Of('{}') },
    ]);
    const world = smallWorld({ known: [sha256Of('{}')] });
    expect(await saidOf(d7Menus, smallSubject({ files: menu }), world)).toEqual([]);
    expect(await saidOf(d7Menus, smallSubject({ files: { 'menu/spyder.json': '{ }' } }), world)).toEqual([
      'hold D7.menu',
    ]);
  });

  it.each(['Menu/sub/x.json', 'menu/a/b/x.JSON'])('holds %s, which conda makes shortcuts of too', async (path) => {
    expect(await saidOf(d7Menus, smallSubject({ files: { [path]: '{}' } }))).toEqual(['hold D7.menu']);
  });

  it('says nothing of icons, nor of what lies elsewhere', async () => {
    const files = { 'Menu/x.ico': '', 'Menu/sub/x.ico': '', 'share/Menu/x.json': '', 'info/recipe/Menu/x.json': '' };
    expect(await saidOf(d7Menus, smallSubject({ files }))).toEqual([]);
  });
});
