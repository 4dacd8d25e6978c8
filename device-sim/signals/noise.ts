import { noiseAt } from '../random.ts'

/** Noise as pure functions of time: whoever asks twice gets the same answer twice. Both lie between -1 and 1. */

/** Another value each millisecond. */
export function jitter(seed: number, elapsedMs: number): number {
  return noiseAt(seed, Math.floor(elapsedMs))
}

/** A value that wanders: another one each `periodMs`, and a smooth way between them. */
export function wander(seed: number, elapsedMs: number, periodMs: number): number {
  const at = elapsedMs / periodMs
  const tick = Math.floor(at)
  const share = (1 - Math.cos(Math.PI * (at - tick))) / 2
  return noiseAt(seed, tick) * (1 - share) + noiseAt(seed, tick + 1) * share
}
