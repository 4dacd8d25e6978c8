import { defineConfig } from 'vitest/config'

/** A browser that draws, a whole district, a storm, long rides worked out: these need the cores themselves. */
const BUSY = [
  'tests/browser/**/*.test.ts',
  'tests/chaos/**/*.test.ts',
  'tests/detection/**/*.test.ts',
  'tests/faults/intake/**/*.test.ts',
  'tests/hub/exchange/**/*.test.ts',
  'tests/hub/patrol/**/*.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'busy',
          include: BUSY,
          // Two cores serve everything: servers, ptys and a browser run beside the tests.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'waiting',
          include: ['tests/**/*.test.ts'],
          exclude: BUSY,
          // Most of them wait for serial lines, servers and clocks.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
