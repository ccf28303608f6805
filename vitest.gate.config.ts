import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/**/*.gate.ts'],
    globalSetup: ['test/support/machine/run-folder.ts'],
    maxWorkers: '100%',
    isolate: false,
    sequence: { shuffle: true },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
