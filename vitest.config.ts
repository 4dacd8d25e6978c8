import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores serve everything: servers, ptys and a browser run beside the tests.
    maxWorkers: 2,
  },
})
