import { describe, expect, it } from 'vitest';
import { d3StartUp } from '../../../../core/gate/install-code/d3-start-up.ts';
import { scriptsOf } from '../../../../core/gate/install-code/install-files.ts';
import { f7StartUp } from '../../../../core/gate/wheels/f7-start-up.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { contentsOf, firingsOf, saidOf, smallSubject, smallWorld } from '../../../support/gate/small-subject.ts';

const site = 'lib/python3.12/site-packages';
const ofPackage = (files: Parameters<typeof contentsOf>[0]) => saidOf(d3StartUp, smallSubject({ files }));
const ofWheel = (files: Parameters<typeof contentsOf>[0]) => saidOf(f7StartUp, smallSubject({ kind: 'wheel', files }));
const pth = 'import os;os.system("x")\n';

describe('D3: a .pth file', () => {
  it.each([
    ['a space', 'import os;print(1)'],
    ['a tab', 'import\tos'],
    ['CRLF before it', 'a\r\nimport os\r\n'],
    ['an old Mac line end', 'a\rimport os'],
    ['a byte order mark', '\ufeffimport os\n'],
    ['a form feed before it', 'a\fimport os'],
    ['what Python takes for a line end', 'a\u2028import os'],
    ['a next-line character', 'a\u0085import os'],
    ['a separator of files', 'a\x1cimport os'],
    ['a comment before it', '# paths\n\nimport os\n'],
  ])('is held for a line that starts with import and %s', async (_, text) => {
    const [firing] = await firingsOf(d3StartUp, smallSubject({ files: { [`${site}/x.pth`]: text } }));
    expect(firing).toMatchObject({ code: 'D3.import', verdict: 'hold', sha256: sha256Of(text) });
  });

  it.each([
    ['names folders', 'foo\n./bar\nC:\\x\n'],
    ['names a folder that starts with import', 'importlib_x\nimport\nimports x\n'],
    ['has it in a comment', '# import os\n#import os'],
    ['has it indented, which Python takes for a folder', ' import os\n\timport os'],
    ['is empty', ''],
  ])('passes that %s', async (_, text) => {
    expect(await ofPackage({ [`${site}/x.pth`]: text })).toEqual([]);
  });

  it.each([
    `${site}/x.pth`,
    'lib/python3.13t/site-packages/x.pth',
    'Lib/site-packages/x.pth',
    'site-packages/X.PTH',
    'lib/Python3.12/Site-Packages/x.pth',
    'lib64/python3.7/site-packages/x.pth',
    'lib/python3/dist-packages/x.pth',
    'x.pth',
    'lib/python3.12/\u017fite-packages/x.pth',
    'lib/python3.12/site-pac\u212aages/x.pth',
    'lib/python3.12/site-\u200cpackages/x.pth',
    'Lib/site-packages/x.pth.',
    'Lib/site-packages./x.pth. .',
    'Lib/site-packages/x.pth::$DATA',
    'Lib/SITE-P~1/x.pth',
  ])('is held at %s', async (path) => {
    expect(await ofPackage({ [path]: pth })).toEqual(['hold D3.import']);
  });

  it.each(['share/x.pth', `${site}/models/x.pth`, 'info/recipe/site-packages/x.pth', `${site}/x.pth.txt`])(
    'passes at %s, where Python does not look',
    async (path) => {
      expect(await ofPackage({ [path]: pth })).toEqual([]);
    },
  );

  it('is held when it is a link or too large, whatever is in it', async () => {
    expect(await ofPackage({ [`${site}/x.pth`]: { link: '../x' } })).toEqual(['hold D3.unread']);
    expect(await ofPackage({ [`${site}/x.pth`]: { large: 'a' } })).toEqual(['hold D3.unread']);
    expect(await ofPackage({ [site]: { link: '../../share/x' } })).toEqual(['hold D3.unread']);
  });

  it('passes when its very bytes passed before, and is held at a first sync as ever', async () => {
    const subject = (text: string) => smallSubject({ files: { [`${site}/x.pth`]: text } });
    const world = smallWorld({ known: [sha256Of(pth)], isFirst: true });
    expect(await saidOf(d3StartUp, subject(pth), world)).toEqual([]);
    expect(await saidOf(d3StartUp, subject(`${pth}\n`), world)).toEqual(['hold D3.import']);
  });
});

describe('D3: what else Python starts with', () => {
  it('holds any .start file, also beside an innocent .pth', async () => {
    expect(await ofPackage({ [`${site}/x.start`]: 'x:boot', [`${site}/x.pth`]: 'x\n' })).toEqual(['hold D3.start']);
    expect(await ofPackage({ [`${site}/x.start`]: '' })).toEqual(['hold D3.start']);
    expect(await ofPackage({ 'share/x.start': 'x:boot' })).toEqual([]);
  });

  it.each([
    `${site}/sitecustomize.py`,
    `${site}/usercustomize.py`,
    `${site}/sitecustomize/__init__.py`,
    `${site}/sitecustomize.cpython-312-x86_64-linux-gnu.so`,
    `${site}/sitecustomize.pyc`,
    'lib/python3.12/sitecustomize.py',
    'lib/python3.12/lib-dynload/sitecustomize.abi3.so',
    'Lib/sitecustomize.py',
    'DLLs/sitecustomize.pyd',
    'sitecustomize.py',
  ])('holds %s', async (path) => {
    expect(await ofPackage({ [path]: '' })).toEqual(['hold D3.customize']);
  });

  it('warns of one in a folder of its own, and holds it beside a .pth that may name the folder', async () => {
    const path = `${site}/pdm/pep582/sitecustomize.py`;
    expect(await ofPackage({ [path]: '' })).toEqual(['warn D3.customize-elsewhere']);
    expect(await ofPackage({ [path]: '', [`${site}/x.pth`]: 'pdm/pep582\n' })).toEqual(['hold D3.customize']);
    expect(await ofPackage({ [`${site}/sitecustomizer.py`]: '', [`${site}/x/mysitecustomize.py`]: '' })).toEqual([]);
  });

  it('does not count one in a folder of its own among the scripts that are known later', () => {
    const owner = { kind: 'package', name: 'demo' } as const;
    const files = {
      [`${site}/a/sitecustomize.py`]: 'x',
      [`${site}/y.start`]: 'y',
      'bin/.a-post-link.sh': { link: 'x' },
    };
    expect(scriptsOf(owner, contentsOf(files))).toEqual([
      { path: `${site}/y.start`, sha256: sha256Of('y'), check: 'D3' },
    ]);
  });

  it('holds _distutils_hack in what is not setuptools', async () => {
    const files = { [`${site}/_distutils_hack/__init__.py`]: 'import os' };
    expect(await ofPackage(files)).toEqual(['hold D3.shim']);
    expect(await ofPackage({ [`${site}/_distutils_hack.py`]: '' })).toEqual(['hold D3.shim']);
    expect(await saidOf(d3StartUp, smallSubject({ name: 'setuptools', files }))).toEqual([]);
  });

  it('holds what says where Python finds its modules', async () => {
    expect(await ofPackage({ 'python312._pth': '' })).toEqual(['hold D3.python-paths']);
    expect(await ofPackage({ 'pyvenv.cfg': '', 'bin/pyvenv.cfg': '' })).toEqual([
      'hold D3.python-paths',
      'hold D3.python-paths',
    ]);
    expect(await ofPackage({ 'share/pyvenv.cfg': '' })).toEqual([]);
  });

  it('says nothing of a wheel, of which F7 does', async () => {
    expect(await saidOf(d3StartUp, smallSubject({ kind: 'wheel', files: { 'x.pth': pth } }))).toEqual([]);
    expect(await saidOf(f7StartUp, smallSubject({ files: { [`${site}/x.pth`]: pth } }))).toEqual([]);
  });
});

describe('F7', () => {
  it.each([
    'x.pth',
    'demo-1.0.data/purelib/x.pth',
    'demo-1.0.data/platlib/x.pth',
    'demo-1.0.data/data/lib/python3.12/site-packages/x.pth',
    'demo-1.0.data/data/Lib/site-packages/x.pth',
    'demo-1.0.data/data/x.pth',
  ])('holds %s', async (path) => {
    expect(await ofWheel({ [path]: pth })).toEqual(['hold F7.import']);
  });

  it.each([
    'demo-1.0.data/scripts/x.pth',
    'demo-1.0.data/headers/x.pth',
    'demo/x.pth',
    'demo-1.0.data/data/share/x.pth',
  ])('passes %s', async (path) => {
    expect(await ofWheel({ [path]: pth })).toEqual([]);
  });

  it('holds what D3 holds of a package', async () => {
    expect(await ofWheel({ 'x.start': 'x:boot' })).toEqual(['hold F7.start']);
    expect(await ofWheel({ 'sitecustomize.py': '' })).toEqual(['hold F7.customize']);
    expect(await ofWheel({ 'demo-1.0.data/data/lib/python3.12/sitecustomize.py': '' })).toEqual(['hold F7.customize']);
    expect(await ofWheel({ '_distutils_hack/__init__.py': '' })).toEqual(['hold F7.shim']);
    expect(await ofWheel({ 'demo-1.0.data/data/pyvenv.cfg': '' })).toEqual(['hold F7.python-paths']);
  });
});
