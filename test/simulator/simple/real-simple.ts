import { indexProjects } from '../../../core/steps/index-projects.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import type { SimpleIndexer } from './simulate-simple.ts';

/** The indexer of the pip index that ships. */
export const realSimple: SimpleIndexer = async ({ store, clock, projects }) => {
  await indexProjects(projects, { store, gate: testGate(store, { clock }), clock, log: () => {} });
};
