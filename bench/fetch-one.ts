import { readFile } from 'node:fs/promises';
import { artifactSchema } from '../core/documents/plan.ts';
import { parseJson } from '../core/json/json.ts';
import { fetchArtifact } from '../core/steps/fetch.ts';
import { openWorld } from '../local/world/open-world.ts';
import { testGate } from '../test/support/gate/test-gate.ts';

// A process of its own: fetches one artifact into a fresh store.

const [store = '', description = ''] = process.argv.slice(2);
const artifact = parseJson(await readFile(description, 'utf8'), artifactSchema, description);
await using world = openWorld(store);
const outcome = await fetchArtifact(artifact, { ...world, gate: testGate(world.store), log: () => {} });
if (outcome.status !== 'stored') throw new Error(JSON.stringify(outcome));
