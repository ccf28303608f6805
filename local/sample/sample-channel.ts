import { buildChannel, type ChannelOptions } from './build-channel.ts';
import type { PackageIndex } from './package-index.ts';
import { samplePackages } from './sample-packages.ts';

export const samplePlatforms = ['linux-64', 'osx-arm64', 'win-64'] as const;

/** The sample upstream's hotfixes: the packages' own `depends` cannot be met, the records' can. */
const samplePatches: Readonly<Record<string, PackageIndex>> = {
  'campus-stats-1.4.0-h2b7d9e1_0.conda': { depends: ['campus-base >=1.0,<3.0a0'] },
};

/**
 * Writes a small, complete upstream channel to `folder`: three platforms and noarch, both archive formats, several
 * versions, a chain of dependencies, a hotfixed record, and a package that nothing on the sample allowlist needs.
 */
export async function buildSampleChannel(folder: string, options: Pick<ChannelOptions, 'forms'> = {}): Promise<void> {
  await buildChannel(folder, samplePackages(samplePlatforms), { ...options, patches: samplePatches });
}

/** The text of an `allowlist.json` for the sample upstream at `channelUrl`. */
export function sampleAllowlist(channelUrl: string): string {
  const allowlist = {
    channels: [channelUrl],
    platforms: samplePlatforms,
    packages: [
      'campus-notebook ==2.0.0',
      'campus-toolchain >=2',
      'campus-stats',
      'campus-fonts ==1.0',
      { spec: 'campus-native >=1.0', platforms: ['linux-64'], reason: 'measured on the cluster only' },
    ],
    environments: { 'course-101': ['campus-notebook ==2.0.0', 'campus-stats'] },
  };
  return `${JSON.stringify(allowlist, null, 2)}\n`;
}
