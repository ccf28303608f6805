import { normalProjectName } from '../../names/normal-project-name.ts';

/** A `.pth` file, and what it lies in. */
export interface SitePth {
  /** `distutils-precedence.pth`. */
  readonly fileName: string;
  /** Bytes read as Latin-1: what setuptools writes is ASCII. */
  readonly text: string;
  /** Of the package or project. */
  readonly owner: string;
  /** Whether the package has a native module of this name, or as the `__init__` of a package of this name: `google/cloud`. */
  readonly hasNative: (module: string) => boolean;
}

/**
 * Whether a `.pth` file is one that setuptools writes and that runs nothing else: its own `distutils-precedence.pth`, in
 * every form that it was released with, in setuptools itself, whose `_distutils_hack` it calls; or the `*-nspkg.pth` of a
 * namespace package, which makes an empty module.
 */
export function isOfSetuptools({ fileName, text, owner, hasNative }: SitePth): boolean {
  const lines = text.split(/\r?\n/);
  if (lines.pop() !== '' || lines.length === 0) return false;
  if (fileName === 'distutils-precedence.pth') {
    return normalProjectName(owner) === 'setuptools' && lines.length === 1 && precedence.has(lines[0] ?? '');
  }
  return fileName.endsWith('-nspkg.pth') && lines.every((line) => isNamespaceLine(line, hasNative));
}

/** From setuptools 49.3 (without a default), by 50.0, 50.1, 60.0 and 60.1 (`ensure_shim`) to this day: its `setup.py`. */
const precedence: ReadonlySet<string> = new Set([
  "import os; enabled = os.environ.get('SETUPTOOLS_USE_DISTUTILS') == 'local'; enabled and __import__('_distutils_hack').add_shim(); ",
  ...['local', 'stdlib'].flatMap((byDefault) =>
    ['add_shim', 'ensure_shim'].map(
      (call) =>
        `import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, '${byDefault}') == 'local'; enabled and __import__('_distutils_hack').${call}(); `,
    ),
  ),
]);

const namespaceOf = /p=os\.path\.join\(sys\._getframe\(1\)\.f_locals\['sitedir'\],\*\(((?:'\w+',?)+)\)\)/;

/**
 * A line of `*-nspkg.pth` as setuptools made it of a namespace, over all its releases, spaces aside. A native module of
 * that name would run: `module_from_spec` loads it.
 */
function isNamespaceLine(line: string, hasNative: SitePth['hasNative']): boolean {
  // "importsys" is no import to Python; the first space is one that counts.
  if (!line.startsWith('import sys')) return false;
  // Within quotes a space counts: 'goo gle' would be another module than the one that is looked for below.
  const statements = line.replace(/'[^']*'| /g, (found) => (found === ' ' ? '' : found));
  const [, tuple = ''] = namespaceOf.exec(statements) ?? [];
  const parts = [...tuple.matchAll(/'(\w+)'/g)].map(([, part = '']) => part);
  return parts.length > 0 && linesOf(parts).includes(statements) && !hasNative(parts.join('/'));
}

/** As Python writes a tuple, spaces aside. */
const tupleOf = (parts: readonly string[]): string =>
  `${parts.map((part) => `'${part}'`).join(',')}${parts.length === 1 ? ',' : ''}`;

const path = "ie=os.path.exists(os.path.join(p,'__init__.py'))";
const append = "mp=(mor[])andm.__dict__.setdefault('__path__',[]);(pnotinmp)andmp.append(p)";

/** The forms of releases up to 28, 29 and 30, 31.0.0, and since 31.0.1 (`setuptools/namespaces.py`). */
function linesOf(parts: readonly string[]): string[] {
  const name = parts.join('.');
  const place = `p=os.path.join(sys._getframe(1).f_locals['sitedir'],*(${tupleOf(parts)}))`;
  const empty = `sys.modules.setdefault('${name}',types.ModuleType('${name}'))`;
  const found = `importlib.machinery.PathFinder.find_spec('${name}',[os.path.dirname(p)])`;
  const byFinder = `importlib=has_mfsand__import__('importlib.util');has_mfsand__import__('importlib.machinery');m=has_mfsandsys.modules.setdefault('${name}',importlib.util.module_from_spec(${found}))`;
  const child = `mandsetattr(sys.modules['${parts.slice(0, -1).join('.')}'],'${parts.at(-1)}',m)`;
  const middles = [
    `${place};${path};m=notieand${empty}`,
    `pep420=sys.version_info>(3,3);${place};${path};m=notieandnotpep420and${empty}`,
    `has_mfs=sys.version_info>(3,5);${place};${byFinder};m=mornothas_mfsand${empty}`,
    `has_mfs=sys.version_info>(3,5);${place};${byFinder};m=mor${empty}`,
  ];
  const end = parts.length > 1 ? `${append};${child}` : append;
  return middles.map((middle) => `importsys,types,os;${middle};${end}`);
}
