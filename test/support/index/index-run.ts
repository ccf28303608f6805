import { type IndexOptions, indexSubdir } from '../../../core/steps/index-subdir.ts';
import { type IndexScene, subdir } from './index-scene.ts';

export const [a, b, c] = ['a-1-0.conda', 'b-1-0.tar.bz2', 'c-1-0.conda'];
/** Indexes the scene's subdir. */
export const run = (scene: IndexScene, options?: IndexOptions) => indexSubdir(subdir, scene.world, options);
/** The file names that its repodata.json lists, in order. */
export const names = async (scene: IndexScene): Promise<string[]> => {
  const repodata = JSON.parse((await scene.repodata()) ?? '{}');
  return [...Object.keys(repodata.packages), ...Object.keys(repodata['packages.conda'])];
};
