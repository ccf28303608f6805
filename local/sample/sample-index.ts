import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sizedBytes } from '../../core/archive/sized-bytes.ts';
import { measured, writeZip } from '../../core/archive/zip/write-zip.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { type RecordedFile, writeRecord } from '../../core/wheel/record.ts';
import { gather } from './build-package.ts';

/** Path -> text. */
type Texts = Readonly<Record<string, string>>;

const uploaded = Date.UTC(2015, 7, 5);

/**
 * Writes a small Python package index to `folder`/simple, as a static site has it (PEP 503): a project with a wheel, the
 * one that it needs, which the sample channel has too, and one that has a source distribution alone.
 */
export async function buildSampleIndex(folder: string): Promise<void> {
  const needs = 'Requires-Python: >=3.8\n';
  await writeWheel(folder, 'campus-quiz', '2.1', `${needs}Requires-Dist: campus-text>=0.9\n`);
  await writeWheel(folder, 'campus-text', '1.0', needs);
  const graphs = metadataOf('campus-graphs', '1.10');
  await writeProject(folder, 'campus-graphs', 'campus-graphs-1.10.zip', {
    'campus-graphs-1.10/PKG-INFO': graphs,
    'campus-graphs-1.10/setup.py': "from setuptools import setup\nsetup(name='campus-graphs', version='1.10')\n",
    'campus-graphs-1.10/campus_graphs/__init__.py': "__version__ = '1.10'\n",
    'campus-graphs-1.10/campus_graphs.egg-info/PKG-INFO': graphs,
    'campus-graphs-1.10/campus_graphs.egg-info/top_level.txt': 'campus_graphs\n',
  });
}

async function writeWheel(folder: string, project: string, version: string, more: string): Promise<void> {
  const module = project.replaceAll('-', '_');
  const modules = { [`${module}.py`]: `__version__ = '${version}'\n` };
  await writeProject(folder, project, `${module}-${version}-py3-none-any.whl`, {
    ...modules,
    ...distInfo(`${module}-${version}.dist-info`, modules, metadataOf(project, version, more)),
  });
}

const metadataOf = (name: string, version: string, more = ''): string =>
  `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nLicense: BSD-3-Clause\n${more}`;

/** What a wheel says of itself; `RECORD` lists all of it. */
function distInfo(folder: string, files: Texts, metadata: string): Texts {
  const wheel = 'Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  const info = { [`${folder}/METADATA`]: metadata, [`${folder}/WHEEL`]: wheel };
  const recorded = Object.entries({ ...files, ...info }).map(([path, text]): RecordedFile => {
    return { path, content: { sha256: sha256Of(text), size: Buffer.byteLength(text) } };
  });
  const path = `${folder}/RECORD`;
  return { ...info, [path]: writeRecord([...recorded, { path, content: null }]) };
}

async function writeProject(folder: string, project: string, fileName: string, texts: Texts): Promise<void> {
  const members = await Promise.all(Object.entries(texts).map(([path, text]) => measured(path, sizedBytes(text).open)));
  const bytes = await gather(writeZip(members, uploaded));
  const place = join(folder, 'simple', project);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, fileName), bytes);
  const link = `<a href="${fileName}#sha256=${sha256Of(bytes)}">${fileName}</a>`;
  await writeFile(join(place, 'index.html'), `<!DOCTYPE html><title>${project}</title>${link}\n`);
}
