import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/**/*.race.ts'],
    globalSetup: ['test/support/machine/run-folder.ts'],
    maxWorkers: '100%',
    sequence: { shuffle: true },
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
