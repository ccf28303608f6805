import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { compressBzip2 } from '../../../adapters/compress-bzip2/compress-bzip2.ts';
import { parseJson } from '../../../core/json/json.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import { parseWheelFileName } from '../../../core/names/wheel-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { convertWheel } from '../../../core/wheel/convert-wheel.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { runPython } from '../../support/machine/run-python.ts';
import { corpus } from '../../support/packages/corpus.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { joined, refusalCode } from '../../support/packages/refusal.ts';
import { wheelName } from '../../support/python/build-wheel.ts';
import { machineWheels } from '../../support/python/machine-wheels.ts';

/**
 * conda-package-handling unpacks; the standard library reads RECORD and paths.json and hashes what lies there. A path of
 * RECORD is from lib/pythonX.Y/site-packages, the prefix's bin/ is the package's python-scripts/.
 */
const script = `
import base64, csv, hashlib, json, os, sys
from conda_package_handling.api import extract
for line in sys.stdin:
    path, stem, wheel = json.loads(line)
    folder = path + '.d'
    extract(path, folder)
    site = os.path.join(folder, 'site-packages')
    placed = lambda row: os.path.join(site, row) if not row.startswith('../../../') else os.path.join(
        folder, 'python-scripts' + row[12:] if row.startswith('../../../bin/') and os.path.exists(
            os.path.join(folder, 'python-scripts' + row[12:])) else row[9:])
    wrong, listed = [], set()
    with open(os.path.join(site, stem + '.dist-info', 'RECORD'), newline='') as record:
        for name, digest, size in csv.reader(record):
            file = placed(name)
            listed.add(os.path.relpath(file, folder))
            content = open(file, 'rb').read()
            found = 'sha256=' + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip('=')
            if digest and (digest != found or int(size) != len(content)):
                wrong.append(name)
    there = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}
    payload = {name for name in there if not name.startswith('info' + os.sep)}
    paths = json.load(open(os.path.join(folder, 'info', 'paths.json')))['paths']
    for entry in paths:
        content = open(os.path.join(folder, entry['_path']), 'rb').read()
        if entry['sha256'] != hashlib.sha256(content).hexdigest() or entry['size_in_bytes'] != len(content):
            wrong.append(entry['_path'])
    import zipfile
    with zipfile.ZipFile(wheel) as archive:
        info = stem + '.dist-info/METADATA'
        same = archive.read(info) == open(os.path.join(site, info), 'rb').read()
    print(json.dumps([wrong, sorted(payload ^ listed), sorted(payload ^ {entry['_path'] for entry in paths}), same]))
`;

const answer = z.tuple([z.array(z.string()), z.array(z.string()), z.array(z.string()), z.boolean()]);

/** Real wheels, and the made-up ones of pip, uv and other tools: those of the corpus, and those the tests run with. */
const folders = [
  join(corpus, 'wheels'),
  join(corpus, 'pypi-2026/wheels'),
  process.env['GATEHOUSE_WHEELS'] ?? join(corpus, '../clients'),
];
const wheels = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .map((name) => join(folder, name)),
);
const ofMachine = new Set(machineWheels());

const build = { depends: ['python >=3.8'], build: 'py_0', timestamp: Date.UTC(2026, 0, 1) };
const refused = new Map<string, string[]>();
/** Of wheels that another machine does not have. */
const refusedHere = new Map<string, string[]>();
const converted: { path: string; wheel: string; stem: string; bytes: Uint8Array; findings: string[] }[] = [];
for (const path of [...wheels, ...ofMachine]) {
  const parsed = parseWheelFileName(basename(path));
  const fileName = parsed.ok ? parsed.wheel : null;
  try {
    if (fileName === null) continue;
    const wheel = await readWheel(bytesSource(readFileSync(path)), fileName);
    const made = await convertWheel(wheel, { ...build, name: packageNameSchema.parse(fileName.project) });
    const bytes = await joined(made.open());
    const { findings } = await inspectPackage(bytesSource(bytes), made.fileName);
    converted.push({
      path: made.fileName,
      wheel: path,
      stem: wheel.stem,
      bytes,
      findings: findings.map(({ code }) => code),
    });
  } catch (error) {
    const code = refusalCode(error);
    if (code === null) throw error;
    const told = ofMachine.has(path) ? refusedHere : refused;
    told.set(code, [...(told.get(code) ?? []), basename(path)]);
  }
}

/** Some of the small ones in the other format too, which takes a second for each 0.5 MB of contents. */
for (const { wheel: path } of converted.filter(({ bytes }) => bytes.length < 40_000).slice(0, 40)) {
  const wheel = await readWheel(bytesSource(readFileSync(path)), wheelName(basename(path)));
  const name = packageNameSchema.parse(wheel.fileName.project);
  const made = await convertWheel(wheel, { ...build, name }, { format: '.tar.bz2', bzip2: compressBzip2 });
  const bytes = await joined(made.open());
  const { findings } = await inspectPackage(bytesSource(bytes), made.fileName);
  const codes = findings.map(({ code }) => code);
  converted.push({ path: made.fileName, wheel: path, stem: wheel.stem, bytes, findings: codes });
}

it('converts every wheel but those with a reason', () => {
  const platform = refused.get('wheel.platform') ?? [];
  expect(platform.filter((name) => name.endsWith('-none-any.whl'))).toEqual([]);
  refused.delete('wheel.platform');
  expect(Object.fromEntries(refused)).toEqual({
    'wheel.purelib': [
      'empty_purelib_line-1.0.0-py3-none-any.whl',
      'has.script-1.0-py2.py3-none-any.whl',
      'meta-1.0-py2.py3-none-any.whl',
      'no_purelib_line-1.0.0-py3-none-any.whl',
    ],
    'wheel.python': [
      'dddttt-0.1.dev45-py27-none-any.whl',
      'futures-3.2.0-py2-none-any.whl',
      'ipython-5.7.0-py2-none-any.whl',
      'more_itertools-4.1.0-py2-none-any.whl',
      'pluggy-0.6.0-py2-none-any.whl',
      'poetry_test_py2_py3_metadata_merge-0.1.0-py2-none-any.whl',
      'test_package34-0.3.1-py2-none-any.whl',
    ],
    'wheel.record-hash': [
      'cpython_debug_package-1.0.0-cp314-cp314d-manylinux_2_17_x86_64.whl',
      'multi_abi_package-1.0.0-cp314-cp314t.abi3-manylinux_2_17_x86_64.whl',
      'null_entry-1.0.0-py3-none-any.whl',
      'validation-1.0.0-py3-none-any.whl',
    ],
    'wheel.record-unlisted': [
      'demo_invalid_record-0.1.0-py2.py3-none-any.whl',
      'extra_file-1.0.0-py3-none-any.whl',
      'headers.dist-0.1-py2.py3-none-any.whl',
    ],
    'wheel.version': ['dummy-0.1-py27-none-any.whl', 'futurewheel-3.0-py2.py3-none-any.whl'],
  });
  expect(converted.length).toBeGreaterThan(250);
});

it('converts every wheel that this machine has, or refuses it for a reason of the format', () => {
  const known = readFileSync(join(import.meta.dirname, '../../../docs/codes.md'), 'utf8');
  expect([...refusedHere].filter(([code]) => !known.includes(`| \`${code}\` |`))).toEqual([]);
  const names = converted.map(({ wheel }) => basename(wheel));
  const lost = [...ofMachine].map((path) => basename(path)).filter((name) => !names.includes(name));
  expect(lost.sort()).toEqual([...refusedHere.values()].flat().sort());
});

it('makes packages that a strict reader finds nothing odd in', () => {
  expect(converted.filter(({ findings }) => findings.length > 0).map(({ path, findings }) => [path, findings])).toEqual(
    [],
  );
});

it("makes packages that conda's own reader unpacks into what RECORD and paths.json list", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const lines = converted.map(({ path, wheel, stem, bytes }, i) => {
    const placed = join(folder.path, String(i), path);
    mkdirSync(dirname(placed));
    writeFileSync(placed, bytes);
    return [placed, stem, resolve(wheel)];
  });
  const answers = runPython(script, lines).map((line) => parseJson(line, answer, 'a line of the oracle'));
  expect(answers).toHaveLength(converted.length);
  const wrong = converted.filter((_, i) => JSON.stringify(answers[i]) !== JSON.stringify([[], [], [], true]));
  expect(wrong.map(({ path }) => [path, answers[converted.findIndex((one) => one.path === path)]])).toEqual([]);
});
