import type { UpstreamShape } from './generate-names.ts';

/** The upstream that is planned over, and the platforms that are planned for. */
export const planShape = (records: number): UpstreamShape => ({
  records,
  seed: 1,
  platforms: ['linux-64', 'osx-arm64', 'win-64'],
});
