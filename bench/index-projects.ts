// A process of its own: brings the pages of the named projects up to date, or of all, as an object's event would have it.
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { projectNameSchema } from '../core/names/project-name.ts';
import { indexProjects } from '../core/steps/index-projects.ts';
import { testGate } from '../test/support/gate/test-gate.ts';

const [store = '', ...names] = process.argv.slice(2);
const asked = names.length === 0 ? 'all' : names.map((name) => projectNameSchema.parse(name));
const folder = folderStore(store);
const { projects } = await indexProjects(asked, {
  store: folder,
  gate: testGate(folder),
  clock: systemClock,
  log: () => {},
});
const problems = projects.flatMap((project) => project.problems);
if (problems.length > 0) throw new Error(JSON.stringify(problems));
