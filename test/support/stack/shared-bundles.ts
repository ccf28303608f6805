import { bundleFunctions } from '../../../lib/bundle/bundle-functions.ts';
import { oncePerRun } from '../machine/once-per-run.ts';

/** The bundled functions, whose folders all tests of a run share. */
export const sharedBundles = (bz2: boolean): Promise<ReturnType<typeof bundleFunctions>> =>
  oncePerRun(bz2 ? 'bundles-bz2' : 'bundles', (folder) => bundleFunctions(folder, { bz2 }));
