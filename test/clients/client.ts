import { join } from 'node:path';

/** Where a client is to work: all it keeps of its own goes below `home`. */
interface Workplace {
  readonly home: string;
  /** URL of the only channel. */
  readonly channel: string;
}

/** One program, in one way of running it, that installs from conda channels. Command lines are argv, run in turn. */
export interface Client {
  readonly program: string;
  readonly label: string;
  /** Whether it asks for shards where there are any. */
  readonly readsShards: boolean;
  /** Whether it adds pip to a python that is asked for by name. */
  readonly addsPip: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the packages of the environment in `folder` are. */
  prefix(folder: string): string;
  create(place: Workplace, folder: string, specs: readonly string[]): readonly string[][];
  remove(folder: string, name: string): readonly string[][];
  search(place: Workplace, name: string): readonly string[][];
}

const platform = ['--platform', 'linux-64'];

/** conda's own command line, which mamba and micromamba share as far as these go. */
export function condaLike(program: string, label: string, more: Partial<Client> = {}): Client {
  const from = ({ channel }: Workplace) => ['--override-channels', '-c', channel, ...platform];
  return {
    program,
    label,
    readsShards: true,
    addsPip: true,
    environment: {},
    prefix: (folder) => folder,
    create: (place, folder, specs) => [[program, 'create', '--yes', '-p', folder, ...from(place), ...specs]],
    remove: (folder, name) => [[program, 'remove', '--yes', '-p', folder, name]],
    search: (place, name) => [[program, 'search', ...from(place), name]],
    ...more,
  };
}

/** pixi keeps an environment in a project's folder. */
export function pixi(label: string): Client {
  const manifest = (folder: string) => ['--manifest-path', join(folder, 'pixi.toml')];
  return {
    program: 'pixi',
    label,
    readsShards: true,
    addsPip: false,
    environment: {},
    prefix: (folder) => join(folder, '.pixi', 'envs', 'default'),
    create: ({ channel }, folder, specs) => [
      ['pixi', 'init', '--channel', channel, ...platform, folder],
      ['pixi', 'add', ...manifest(folder), ...specs],
    ],
    remove: (folder, name) => [['pixi', 'remove', ...manifest(folder), name]],
    search: ({ channel }, name) => [['pixi', 'search', '--channel', channel, ...platform, name]],
  };
}
