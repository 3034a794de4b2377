import { defineConfig } from 'vitest/config';

// unit: beside the code; interop: judged by real programs (restic, secret-tool); e2e: journeys in a real browser.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], exclude: ['src/**/*.interop.test.ts'], testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: '100%' } },
      { test: { name: 'interop', include: ['src/**/*.interop.test.ts'], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 120_000, maxWorkers: 2 } }
    ]
  }
});
