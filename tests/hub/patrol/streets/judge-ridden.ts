import type { Ridden } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { TruthRide } from './truth-rides.ts'

/**
 * Compares what was credited with what was ridden, in stretches of 5 m: a credited stretch is right where the rider
 * was there, or on the next stretch to it, within a minute and a half of the credit.
 */

const BIN_M = 5
const LEEWAY_MS = 90_000

export interface Verdict {
  /** Credited, and of it on streets that were ridden there and then. */
  creditedM: number
  rightM: number
  /** Ridden, and of it credited there and then. */
  riddenM: number
  foundM: number
  /** By tenths of confidence: what was credited and what of it was right. */
  tenths: { creditedM: number; rightM: number }[]
}

export function judge({ truth }: TruthRide, ridden: Ridden[], minConfidence = 0): Verdict {
  const trueVisits = new Visits()
  for (const { part, alongM, timeMs } of truth) trueVisits.add(part, Math.floor(alongM / BIN_M), timeMs)
  const credited = new Visits()
  const verdict: Verdict = {
    creditedM: 0,
    rightM: 0,
    riddenM: 0,
    foundM: 0,
    tenths: Array.from({ length: 10 }, () => ({ creditedM: 0, rightM: 0 })),
  }
  for (const { part, fromM, toM, startMs, endMs, confidence } of ridden) {
    const pieces = Math.max(1, Math.ceil(Math.abs(toM - fromM) / BIN_M))
    const pieceM = Math.abs(toM - fromM) / pieces
    for (let n = 0; n < pieces; n++) {
      const share = (n + 0.5) / pieces
      const bin = Math.floor((fromM + share * (toM - fromM)) / BIN_M)
      const timeMs = startMs + share * (endMs - startMs)
      const spanMs: [number, number] = [
        Math.min(startMs, timeMs - LEEWAY_MS),
        Math.max(endMs, timeMs + LEEWAY_MS),
      ]
      const right = trueVisits.has(part, bin, ...spanMs) ? pieceM : 0
      const tenth = verdict.tenths[Math.min(9, Math.floor(confidence * 10))]!
      tenth.creditedM += pieceM
      tenth.rightM += right
      if (confidence < minConfidence) continue
      verdict.creditedM += pieceM
      verdict.rightM += right
      credited.add(part, bin, timeMs)
    }
  }
  for (const { part, alongM, timeMs, speedMps } of truth) {
    verdict.riddenM += speedMps
    const bin = Math.floor(alongM / BIN_M)
    if (credited.has(part, bin, timeMs - LEEWAY_MS, timeMs + LEEWAY_MS)) verdict.foundM += speedMps
  }
  return verdict
}

/** When each stretch of each part was visited. */
class Visits {
  readonly #times = new Map<number, number[]>()

  add(part: number, bin: number, timeMs: number): void {
    const key = part * 100_000 + bin
    const times = this.#times.get(key)
    if (times) times.push(timeMs)
    else this.#times.set(key, [timeMs])
  }

  /** Of the stretch itself or one beside it. */
  has(part: number, bin: number, fromMs: number, toMs: number): boolean {
    for (let near = bin - 1; near <= bin + 1; near++)
      for (const timeMs of this.#times.get(part * 100_000 + near) ?? [])
        if (timeMs >= fromMs && timeMs <= toMs) return true
    return false
  }
}
