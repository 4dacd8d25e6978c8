import { vi } from 'vitest'

/** Resolves once the assertion holds; patient, because two cores serve everything. */
export const eventually = (assertion: () => unknown): Promise<unknown> =>
  vi.waitFor(assertion, { timeout: 20_000, interval: 20 })
