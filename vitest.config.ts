import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/test-sequencer.ts';

// A slow machine is no failure: what a test waits for may take this long.
const expect = { poll: { timeout: 30_000, interval: 50 } };

// A long campaign takes as long as it takes.
const limitMs = (usual: number): number => (process.env['VARVE_LONG'] === '1' ? 4 * 3_600_000 : usual);

// A journey waits for pages and programs for a part of its time: another one works meanwhile. Each has a browser and an engine of its own, so there is a bound.
const journeys = Math.min(6, availableParallelism() + 1);

// unit: beside the code; interop: judged by real programs (restic, secret-tool); e2e: journeys in a real browser.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], exclude: ['src/**/*.interop.test.ts'], testTimeout: limitMs(180_000), hookTimeout: 120_000, maxWorkers: '100%', expect } },
      { test: { name: 'interop', include: ['src/**/*.interop.test.ts'], testTimeout: limitMs(600_000), hookTimeout: 300_000, maxWorkers: '100%', expect } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], testTimeout: limitMs(300_000), hookTimeout: 300_000, maxWorkers: journeys, expect } }
    ]
  }
});
