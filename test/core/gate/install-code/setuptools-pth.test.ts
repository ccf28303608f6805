import { describe, expect, it } from 'vitest';
import { d3StartUp } from '../../../../core/gate/install-code/d3-start-up.ts';
import { saidOf, smallSubject } from '../../../support/gate/small-subject.ts';

const site = 'lib/python3.12/site-packages';
const saidOfFiles = (files: Readonly<Record<string, string>>, name = 'demo') =>
  saidOf(
    d3StartUp,
    smallSubject({
      name,
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [`${site}/${path}`, text])),
    }),
  );

/** As setuptools 81 writes it. */
const precedence =
  "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim(); \n";

describe('distutils-precedence.pth', () => {
  const inSetuptools = (text: string) => saidOfFiles({ 'distutils-precedence.pth': text }, 'setuptools');

  it('passes in each form of a release, and with the line ends of Windows', async () => {
    const forms = [
      precedence,
      precedence.replace("'local')", "'stdlib')"),
      precedence.replace('add_shim', 'ensure_shim'),
      precedence.replace('\n', '\r\n'),
      "import os; enabled = os.environ.get('SETUPTOOLS_USE_DISTUTILS') == 'local'; enabled and __import__('_distutils_hack').add_shim(); \n",
    ];
    for (const form of forms) expect(await inSetuptools(form)).toEqual([]);
  });

  it.each([
    ['more behind it', `${precedence}import os\n`],
    ['more within it', precedence.replace('; \n', '; import x\n')],
    ['another module', precedence.replace('_distutils_hack', '_distutils_hook')],
    ['a byte less', precedence.slice(0, -1)],
    ['a space more', precedence.replace('import os', 'import  os')],
  ])('is held with %s', async (_, text) => {
    expect(await inSetuptools(text)).toEqual(['hold D3.import']);
  });

  it('is held in another package, which may bring the module that it imports', async () => {
    expect(await saidOfFiles({ 'distutils-precedence.pth': precedence })).toEqual(['hold D3.import']);
  });

  it('is held by another name', async () => {
    expect(await saidOfFiles({ 'zzz.pth': precedence }, 'setuptools')).toEqual(['hold D3.import']);
  });
});

const place = (tuple: string) => `p = os.path.join(sys._getframe(1).f_locals['sitedir'], *(${tuple}))`;
const append = "mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)";
const finder = (name: string) =>
  `importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = has_mfs and sys.modules.setdefault('${name}', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('${name}', [os.path.dirname(p)])))`;
const empty = (name: string) => `sys.modules.setdefault('${name}', types.ModuleType('${name}'))`;

/** As setuptools 31.0.1 and later write it of `paste`. */
const current = `import sys, types, os;has_mfs = sys.version_info > (3, 5);${place("'paste',")};${finder('paste')};m = m or ${empty('paste')};${append}\n`;
const nested = `import sys, types, os;has_mfs = sys.version_info > (3, 5);${place("'google', 'cloud'")};${finder('google.cloud')};m = m or ${empty('google.cloud')};${append};m and setattr(sys.modules['google'], 'cloud', m)\n`;

/** Spaces as releases up to 20 had them. */
const oldest =
  "import sys,types,os; p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('paste',)); ie = os.path.exists(os.path.join(p,'__init__.py')); m = not ie and sys.modules.setdefault('paste',types.ModuleType('paste')); mp = (m or []) and m.__dict__.setdefault('__path__',[]); (p not in mp) and mp.append(p)\n";
const of30 = `import sys, types, os;pep420 = sys.version_info > (3, 3);${place("'paste',")};ie = os.path.exists(os.path.join(p,'__init__.py'));m = not ie and not pep420 and ${empty('paste')};${append}\n`;
const of31 = current.replace('m = m or ', 'm = m or not has_mfs and ');

describe('*-nspkg.pth', () => {
  const saidOfNspkg = (text: string, more: Readonly<Record<string, string>> = {}) =>
    saidOfFiles({ 'demo-1.0-py3.12-nspkg.pth': text, ...more });

  it('passes in each form that setuptools wrote, one line a namespace', async () => {
    for (const form of [current, nested, oldest, of30, of31, current + nested, current.replace('\n', '\r\n')]) {
      expect(await saidOfNspkg(form), form).toEqual([]);
    }
  });

  it.each([
    ['another statement', current.replace('\n', ';import x\n')],
    ['another module made', current.replace("ModuleType('paste')", "ModuleType('os')")],
    ['a module found by another name', current.replace("find_spec('paste'", "find_spec('evil'")],
    ['a call in the place of a name', current.replace("*('paste',)", '*(evil(),)')],
    ['a name with a space', current.replaceAll("'paste'", "'pas te'")],
    ['a line that is another', `${current}import x\n`],
    ['a line of folders', `${current}x\n`],
    ['no line end', current.slice(0, -1)],
    ['a last line that has no end', `${current}import x`],
    ['a parent that is not its own', nested.replace("sys.modules['google']", "sys.modules['os']")],
    ['one name of two', nested.replace("'google', 'cloud'", "'google',")],
    ['a tuple that is none', current.replace("*('paste',)", "*('paste')")],
  ])('is held with %s', async (_, text) => {
    expect(await saidOfNspkg(text)).toEqual(['hold D3.import']);
  });

  it.each(['paste.abi3.so', 'paste.so', 'paste/__init__.cpython-312-x86_64-linux-gnu.so', 'paste.cp312-win_amd64.pyd'])(
    'is held beside %s, which it would load',
    async (path) => {
      expect(await saidOfNspkg(current, { [path]: '' })).toEqual(['hold D3.import']);
    },
  );

  it('passes beside native modules below the namespace', async () => {
    expect(await saidOfNspkg(nested, { 'google/cloud/x.so': '', 'google/x.abi3.so': '', 'paste.so': '' })).toEqual([]);
    expect(await saidOfNspkg(nested, { 'google/cloud.abi3.so': '' })).toEqual(['hold D3.import']);
  });

  it('is held by a name that setuptools does not give', async () => {
    expect(await saidOfFiles({ 'nspkg.pth': current })).toEqual(['hold D3.import']);
  });
});
