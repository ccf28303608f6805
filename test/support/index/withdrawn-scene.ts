import { day, type PruneScene, pruneScene, withdrawn } from './prune-scene.ts';

export const [a, b, c] = ['a-1-0.conda', 'b-1-0.tar.bz2', 'c-1-0.conda'];
export const at = (name: string) => `conda/linux-64/${name}`;

/** `a` and `b` came from upstream, `c` was copied in; all were withdrawn, `a` and `c` 91 days ago and `b` 89. */
export async function withdrawnScene(): Promise<PruneScene> {
  const scene = pruneScene();
  await scene.fetched(a);
  await scene.fetched(b);
  await scene.copy(c);
  await scene.index();
  const since = withdrawn(scene.now);
  await scene.decide({ [a]: since, [c]: since, [b]: withdrawn(scene.now + 2 * day) });
  scene.now += day;
  await scene.index();
  scene.now += 90 * day;
  return scene;
}

/** The keys of what a prune lists of one kind. */
export const kinds = (report: { objects: readonly { kind: string; key: string }[] }, kind: string) =>
  report.objects.filter((each) => each.kind === kind).map((each) => each.key);
