import type { Case } from '../../../../proto/http.ts'

/** From the live connection, which knows nothing of how notices look, to whoever shows them. */

const listeners = new Set<(raised: Case) => void>()

export function announceCase(raised: Case): void {
  for (const listener of listeners) listener(raised)
}

export function onCaseRaised(listener: (raised: Case) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
