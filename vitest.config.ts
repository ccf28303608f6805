import { defineConfig } from 'vitest/config';

const alone = 'test/**/*.alone.test.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    globalSetup: ['test/support/machine/run-folder.ts'],
    // By default one less than there are processors: on two, half of them.
    maxWorkers: '100%',
    sequence: { shuffle: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      // Loading zod, the SDK and the CDK anew for each file would cost a minute of processor: files share a process.
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [alone], isolate: false } },
      // Those that put a module in another's place, or measure their process, have one each.
      { extends: true, test: { name: 'alone', include: [alone] } },
    ],
  },
});
