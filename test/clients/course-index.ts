import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import type { FileDecision } from '../../core/documents/simple/project-control.ts';
import type { Store } from '../../core/ports/store.ts';
import { indexProjects } from '../../core/steps/index-projects.ts';
import { serveStore } from '../../local/serve/serve-store.ts';
import type { ServedRequest } from '../../local/serve/served-request.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { buildWheel, type RawWheel } from '../support/python/build-wheel.ts';
import { decide, enter, enteringWheel } from '../support/simple/simple-scene.ts';

/** A wheel of some index that is in the store, and what is known and decided of it. */
interface CourseWheel extends RawWheel {
  readonly fileName: string;
  readonly requiresPython?: string;
  readonly uploadTime?: string;
  readonly decision?: Partial<FileDecision>;
}

const module = (name: string) => ({ files: { [`${name}.py`]: '' } });

/** Projects of a course: each is there for something that clients differ in. */
const courseWheels: readonly CourseWheel[] = [
  {
    fileName: 'campus_course-1.0-py3-none-any.whl',
    requiresPython: '>=3.8',
    metadata: 'Requires-Dist: Repoze_LRU (>=0.7)\nRequires-Dist: campus.plot\n',
    files: { 'campus_course.py': 'def main(): print("the course starts")\n' },
    info: { 'entry_points.txt': '[console_scripts]\ncampus-course = campus_course:main\n' },
  },
  // A dotted name, in its file's name too.
  { fileName: 'repoze.lru-0.7-py3-none-any.whl', ...module('repoze_lru') },
  // 1.0 was before the term began, 1.1 after that; 1.2 was a mistake.
  { fileName: 'campus_plot-1.0-py3-none-any.whl', uploadTime: '2026-03-01T00:00:00.000000Z', ...module('campus_plot') },
  { fileName: 'campus_plot-1.1-py3-none-any.whl', uploadTime: '2026-09-01T00:00:00.000000Z', ...module('campus_plot') },
  { fileName: 'campus_plot-1.2-py3-none-any.whl', decision: { yanked: 'draws <nothing> & "hangs"' } },
  // Read from a source distribution; its entry's `depends` says what its metadata does not, that it is for older Pythons.
  {
    fileName: 'networkx-1.10-0gatehouse1-py3-none-any.whl',
    metadata: 'Requires-Dist: decorator (>=3.4.0)\n',
    decision: { requiresPython: '<3.9' },
    ...module('networkx'),
  },
  { fileName: 'decorator-5.1.1-py3-none-any.whl', requiresPython: '>=3.5', ...module('decorator') },
  // For a Python that no client runs on.
  { fileName: 'campus_next-1.0-py3-none-any.whl', requiresPython: '>=3.99' },
  // The demo has it too.
  { fileName: 'campus_quiz-2.1-py3-none-any.whl', ...module('campus_quiz') },
  { fileName: 'campus_gpu-1.0+cu118-py3-none-any.whl', ...module('campus_gpu') },
];

export interface CourseIndex {
  /** Of the index, with a slash behind it. */
  readonly url: string;
  /** The store's folder. */
  readonly folder: string;
  /** Adds wheels to those of the course. */
  publish(...wheels: readonly CourseWheel[]): Promise<void>;
  /** Puts a wheel that is as sound and has other bytes in the place of one, behind the page's back. */
  swap(project: string, fileName: string): Promise<void>;
  /** Requests since the last call, in order of their ends: `GET 200 /simple/decorator/`. */
  requests(): string[];
}

/** The course's projects in a store, served by our server for as long as the test runs. */
export async function courseIndex(): Promise<CourseIndex> {
  const { path: folder, ...temporary } = await temporaryFolder();
  onTestFinished(() => temporary[Symbol.asyncDispose]());
  const store = folderStore(folder);
  const publish = async (...wheels: readonly CourseWheel[]) => {
    for (const wheel of wheels) await enterDecided(store, wheel);
    const { projects, problems } = await indexProjects('all', {
      store,
      gate: testGate(store),
      clock: systemClock,
      log: () => {},
    });
    const wrong = [...projects.flatMap((each) => each.problems), ...problems];
    if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
  };
  await publish(...courseWheels);
  const swap = (project: string, fileName: string) =>
    writeFile(join(folder, 'simple', project, fileName), buildWheel({ fileName, files: { 'other.py': 'x = 2\n' } }));
  return { folder, publish, swap, ...(await serveLogged(store)) };
}

async function enterDecided(store: Store, { requiresPython, uploadTime, decision, ...raw }: CourseWheel) {
  const required = requiresPython === undefined ? '' : `Requires-Python: ${requiresPython}\n`;
  const wheel = enteringWheel(
    { ...raw, metadata: required + (raw.metadata ?? '') },
    { requiresPython: requiresPython ?? null, ...(uploadTime && { uploadTime }) },
  );
  await enter(store, wheel);
  await decide(store, wheel.name, (before) => ({ ...before, ...decision }));
}

async function serveLogged(store: Store): Promise<Pick<CourseIndex, 'url' | 'requests'>> {
  let log: ServedRequest[] = [];
  const server = await serveStore({ store, port: 0, log: (access) => void log.push(access) });
  onTestFinished(() => server.close());
  const requests = () => {
    const seen = log.map(({ method, status, path }) => `${method} ${status} ${path}`);
    log = [];
    return seen;
  };
  return { url: `${server.url}/simple/`, requests };
}
