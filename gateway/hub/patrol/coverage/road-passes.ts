import { MOST } from '../ground/road-steps.ts'
import type { Ridden, StreetNetwork } from '../streets/street-network.ts'

/** A part was ridden over most of its length. */
export interface Pass {
  part: number
  /** When the last of what makes it most was ridden. */
  timeMs: number
}

/** What was ridden of a part since its last pass, or since it was entered. */
interface Run {
  lowM: number
  highM: number
  endMs: number
}

/** Rounding between a piece and the next one. */
const ROOM_M = 1
/** Who leaves a part for longer begins anew; beside a crossing two parts are near by turns. */
const MAX_AWAY_MS = 60_000

/**
 * Counts the passes of one device: how often it rode over most of a part at a time. There and back are two. What it
 * says depends on the way alone, not on the pieces in which it is told.
 */
export class PassCounter {
  readonly #parts: StreetNetwork['parts']
  readonly #runs: Map<number, Run>

  constructor(parts: StreetNetwork['parts'], runs = new Map<number, Run>()) {
    this.#parts = parts
    this.#runs = runs
  }

  /** One that goes on from here by itself. */
  fork(): PassCounter {
    return new PassCounter(this.#parts, new Map(Array.from(this.#runs, ([part, run]) => [part, { ...run }])))
  }

  /** Of this part, what comes next belongs to no pass that began before. */
  breakOff(part: number): void {
    this.#runs.delete(part)
  }

  /** The passes that this piece completes. */
  take(piece: Ridden): Pass[] {
    const { part, fromM, toM, endMs } = piece
    const neededM = MOST * this.#parts[part]!.lengthM
    const run = this.#runOf(piece)
    const isForwards = toM >= fromM
    const passes: Pass[] = []
    for (;;) {
      const crossingM = isForwards ? run.lowM + neededM : run.highM - neededM
      if (neededM <= 0 || (isForwards ? toM < crossingM : toM > crossingM)) break
      passes.push({ part, timeMs: timeAt(piece, crossingM) })
      run.lowM = crossingM
      run.highM = crossingM
    }
    run.lowM = Math.min(run.lowM, toM)
    run.highM = Math.max(run.highM, toM)
    run.endMs = endMs
    return passes
  }

  #runOf({ part, fromM, startMs }: Ridden): Run {
    const known = this.#runs.get(part)
    const hangsTogether =
      known !== undefined &&
      startMs - known.endMs <= MAX_AWAY_MS &&
      fromM >= known.lowM - ROOM_M &&
      fromM <= known.highM + ROOM_M
    if (hangsTogether) return known
    // Those that nothing can be added to any more are only in the way.
    for (const [other, { endMs }] of this.#runs) if (startMs - endMs > MAX_AWAY_MS) this.#runs.delete(other)
    const run = { lowM: fromM, highM: fromM, endMs: startMs }
    this.#runs.set(part, run)
    return run
  }
}

function timeAt({ fromM, toM, startMs, endMs }: Ridden, alongM: number): number {
  const share = toM === fromM ? 1 : Math.min(1, Math.max(0, (alongM - fromM) / (toM - fromM)))
  return Math.round(startMs + share * (endMs - startMs))
}
