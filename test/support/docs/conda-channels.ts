import { parse } from 'yaml';
import { z } from 'zod';

const condarcSchema = z.strictObject({
  channels: z.array(z.string()).optional(),
  allowlist_channels: z.array(z.string()).optional(),
  custom_channels: z.record(z.string(), z.string()).optional(),
});

/** Files of conda's configuration, from the first that is read to the last: of the machine, of the installation, of the user. */
export type Condarcs = readonly string[];

/**
 * The channels that are asked by these files, the first first, as URLs where they are known: each file's list goes before
 * those of the files before it. With `#!final` behind the key conda reads no later list; mamba and micromamba do not know that.
 * conda 26.9 was seen to do so, and mamba and micromamba 2.8 as far as two files go; that they read the machine's first is in
 * their source (libmamba/src/api/configuration.cpp).
 */
export function channelsBy(files: Condarcs, client: 'conda' | 'mamba'): string[] {
  const final = files.findIndex((text) => client === 'conda' && /^channels: *#!final$/m.test(text));
  const read = (final === -1 ? files : files.slice(0, final + 1)).map((text) => condarcSchema.parse(parse(text)));
  const urls = new Map(read.flatMap(({ custom_channels: named = {} }) => Object.entries(named)));
  const listed = read.toReversed().flatMap(({ channels = [] }) => channels);
  return [...new Set(listed.map((name) => (urls.has(name) ? `${urls.get(name)}/${name}` : name)))];
}
