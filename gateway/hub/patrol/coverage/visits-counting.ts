import type { VisitRule } from '../../../../proto/catalogue/patrol-rules.ts'
import { distanceM } from '../distance.ts'
import type { GridLocator } from '../grids/grid-locator.ts'
import type { Ridden } from '../streets/street-network.ts'
import type { PassCounter } from './road-passes.ts'
import type { Way } from './ways.ts'

/** What one device visited: street parts by passing them, grids by staying or riding in them long enough. */

const MINUTE_MS = 60_000

/** Visits of street parts; passes that follow each other soon are one visit. */
export class PartVisits {
  readonly #counter: PassCounter
  readonly #sameVisitMs: number
  /** By part, when it was passed last. */
  readonly #passedMs: Map<number, number>

  constructor(counter: PassCounter, rule: VisitRule, passedMs = new Map<number, number>()) {
    this.#counter = counter
    this.#sameVisitMs = rule.sameVisitMinutes * MINUTE_MS
    this.#passedMs = passedMs
  }

  /** One that goes on from here by itself. */
  fork(rule: VisitRule): PartVisits {
    return new PartVisits(this.#counter.fork(), rule, new Map(this.#passedMs))
  }

  /** Of this part, what comes next belongs to no pass that began before. */
  breakOff(part: number): void {
    this.#counter.breakOff(part)
  }

  take(piece: Ridden, visited: (part: number, timeMs: number) => void): void {
    for (const { part, timeMs } of this.#counter.take(piece)) {
      const beforeMs = this.#passedMs.get(part)
      this.#passedMs.set(part, timeMs)
      if (beforeMs === undefined || timeMs - beforeMs >= this.#sameVisitMs) visited(part, timeMs)
    }
  }
}

interface Stay {
  /** Of the last fix inside. */
  lastMs: number
  insideMs: number
  riddenM: number
  /** `insideMs` of the last visit that was counted. */
  countedMs: number | undefined
}

/** Visits of grids. */
export class GridVisits {
  readonly #locator: GridLocator
  readonly #rule: VisitRule
  readonly #stays = new Map<number, Stay>()

  constructor(locator: GridLocator, rule: VisitRule) {
    this.#locator = locator
    this.#rule = rule
  }

  take(way: Way, visited: (grid: number, timeMs: number) => void): void {
    let lengthM: number | undefined
    this.#locator.at(way.latB, way.lonB, (grid) => {
      const stay = this.#stayIn(grid, way)
      // A way of good fixes bridges poor ones, whose own ways are taken one by one.
      if (way.msA < stay.lastMs) return
      if (way.msA === stay.lastMs) {
        lengthM ??= distanceM(way.latA, way.lonA, way.latB, way.lonB)
        stay.insideMs += way.msB - way.msA
        stay.riddenM += lengthM
      }
      stay.lastMs = way.msB
      if (this.#isVisit(stay)) visited(grid, way.msB)
    })
  }

  #stayIn(grid: number, { msB }: Way): Stay {
    const known = this.#stays.get(grid)
    if (known && msB - known.lastMs < this.#rule.sameVisitMinutes * MINUTE_MS) return known
    const stay: Stay = { lastMs: Number.NEGATIVE_INFINITY, insideMs: 0, riddenM: 0, countedMs: undefined }
    this.#stays.set(grid, stay)
    return stay
  }

  /** At the moment when it becomes one, and each time that it has gone on for so long again. */
  #isVisit(stay: Stay): boolean {
    const { gridMinutes, gridMetres, againMinutes } = this.#rule
    const isOne =
      stay.countedMs === undefined
        ? stay.insideMs >= gridMinutes * MINUTE_MS || stay.riddenM >= gridMetres
        : stay.insideMs - stay.countedMs >= againMinutes * MINUTE_MS
    if (isOne) stay.countedMs = stay.insideMs
    return isOne
  }
}
