import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sha256Of } from '../../core/names/digest.ts';
import type { ChannelPackage } from '../../local/sample/build-channel.ts';
import { buildSampleChannel, sampleAllowlist, samplePlatforms } from '../../local/sample/sample-channel.ts';
import { buildSampleIndex } from '../../local/sample/sample-index.ts';
import { osvExport, osvRecord, recentRecord } from '../support/advisories/osv-export.ts';
import { buildZip } from '../support/archives/build-zip.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

const corpus = resolve(process.env['GATEHOUSE_CORPUS'] ?? '../shared/corpus', 'pypi-2026');

/** What the sample lacks for networkx 1.10: a python that is old enough, and in conda too what it needs. */
const coursePackages = [
  ...samplePlatforms.map((subdir) => small('python 3.8.20', [], { subdir })),
  small('decorator 5.1.1', ['python >=3.5'], { subdir: 'noarch', noarch: 'python' }),
];

/** The sample channel, with that of a graph theory course and with `more`. */
export const buildCourseChannel = (folder: string, more: readonly ChannelPackage[] = []): Promise<void> =>
  buildSampleChannel(folder, { forms: ['json'] }, [...coursePackages, ...more]);

/** Writes the sample index, with networkx 1.10 as PyPI has it, an sdist alone, and the decorator that it needs. */
export async function buildCourseIndex(folder: string): Promise<void> {
  await buildSampleIndex(folder);
  const sdist = await real('sdists/networkx-1.10.zip', madeUpNetworkx);
  await writeProject(folder, { project: 'networkx', fileName: 'networkx-1.10.zip', bytes: sdist });
  const fileName = 'decorator-4.4.2-py2.py3-none-any.whl';
  const wheel = await real(`wheels/${fileName}`, () => buildWheel({ fileName }));
  await writeProject(folder, { project: 'decorator', fileName, bytes: wheel });
}

/** The real file, where the corpus is found. */
const real = async (path: string, madeUp: () => Uint8Array): Promise<Uint8Array> =>
  existsSync(join(corpus, path)) ? readFile(join(corpus, path)) : madeUp();

function madeUpNetworkx(): Uint8Array {
  const info = 'Metadata-Version: 1.1\nName: networkx\nVersion: 1.10\n';
  const files = {
    'PKG-INFO': info,
    'setup.py': "from setuptools import setup\nsetup(name='networkx')\n",
    'networkx/__init__.py': "__version__ = '1.10'\n",
    'networkx.egg-info/PKG-INFO': info,
    'networkx.egg-info/top_level.txt': 'networkx\n',
    'networkx.egg-info/requires.txt': 'decorator>=3.4.0\n',
  };
  return buildZip(
    Object.entries(files).map(([name, data]) => ({ name: `networkx-1.10/${name}`, data, mode: 0o100644 })),
  );
}

interface ProjectFile {
  readonly project: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

async function writeProject(folder: string, { project, fileName, bytes }: ProjectFile): Promise<void> {
  const place = join(folder, 'simple', project);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, fileName), bytes);
  const link = `<a href="${fileName}#sha256=${sha256Of(bytes)}">${fileName}</a>`;
  await writeFile(join(place, 'index.html'), `<!DOCTYPE html><title>${project}</title>${link}\n`);
}

/** Writes an export of advisories beside the channel, by which 1.0 of these projects was made to harm. */
export async function advise(folder: string, projects: readonly string[]): Promise<void> {
  const now = Date.now();
  const bad = projects.map((project) =>
    osvRecord({ id: `MAL-2026-${project}`, project, at: now - 3_600_000, versions: ['1.0'] }),
  );
  await writeFile(join(folder, 'advisories.zip'), osvExport([...bad, recentRecord(now)]));
}

/** The sample allowlist with the course's entry. */
export function courseAllowlist(url: string): string {
  const allowlist = JSON.parse(sampleAllowlist(url, `${url}/simple`));
  const entry = { pypi: 'networkx ==1.10', sdist: 'unpack', depends: ['python <3.9'], reason: 'graph theory course' };
  return JSON.stringify({
    ...allowlist,
    reserved: ['acme'],
    policy: { advisories: `${url}/advisories.zip` },
    condaNames: { ...allowlist.condaNames, decorator: 'decorator' },
    packages: [...allowlist.packages, entry],
  });
}
