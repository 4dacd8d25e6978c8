import type { RuleOf } from '../../../proto/catalogue/fault-parameters.ts'
import type { DetectorMemory } from './fault-detector.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Flash wears: what has moved less than this is not written again. */
const SAVE_STEP_DEG = 0.02

type LearningRule = Pick<RuleOf<'tilt'>, 'quietDeg' | 'quietMinutes' | 'driftDegPerDay' | 'driftLimitDeg'>

/**
 * The angle at which a cover or pole stands when all is well: no road is flat, no pole quite upright.
 *
 * It is 0 until `quietMinutes` quiet minutes in a row agree, then their median. From then on it follows slow
 * movement (settling ground, temperature) by at most `driftDegPerDay`, and never further than `driftLimitDeg`
 * from what was first learnt: a cover that sinks for months is found in the end. The caller shows it only angles
 * that are no alarm, and says where one begins.
 */
export class LearntBackground {
  readonly #rule: LearningRule
  readonly #memory: DetectorMemory
  #minute: { beganMs: number; lowest: number; highest: number; sum: number; count: number } | undefined
  #quiet: number[] = []
  #learnt: { firstDeg: number; deg: number } | undefined
  #savedDeg = Number.NaN
  #movedAtMs = Number.NaN

  constructor(rule: LearningRule, memory: DetectorMemory) {
    this.#rule = rule
    this.#memory = memory
    this.#learnt = readState(memory.load())
    if (this.#learnt) this.#savedDeg = this.#learnt.deg
  }

  get deg(): number {
    return this.#learnt?.deg ?? 0
  }

  /** An angle without alarm; `atMs` is monotonic. */
  observe(deg: number, atMs: number): void {
    if (this.#minute && atMs - this.#minute.beganMs >= MINUTE_MS) this.#closeMinute(atMs)
    this.#minute ??= { beganMs: atMs, lowest: deg, highest: deg, sum: 0, count: 0 }
    const minute = this.#minute
    minute.lowest = Math.min(minute.lowest, deg)
    minute.highest = Math.max(minute.highest, deg)
    minute.sum += deg
    minute.count++
  }

  /** Something happens: the minute that runs is not quiet. */
  disturb(): void {
    this.#minute = undefined
  }

  #closeMinute(atMs: number): void {
    const { lowest, highest, sum, count } = this.#minute!
    this.#minute = undefined
    if (highest - lowest > this.#rule.quietDeg) {
      this.#quiet = []
      return
    }
    const deg = sum / count
    if (this.#learnt) this.#follow(deg, atMs)
    else this.#learn(deg, atMs)
  }

  #learn(deg: number, atMs: number): void {
    const { quietDeg, quietMinutes } = this.#rule
    this.#quiet.push(deg)
    if (Math.max(...this.#quiet) - Math.min(...this.#quiet) > quietDeg) this.#quiet = [deg]
    if (this.#quiet.length < quietMinutes) return
    const median = this.#quiet.sort((a, b) => a - b)[this.#quiet.length >> 1]!
    this.#quiet = []
    this.#learnt = { firstDeg: median, deg: median }
    this.#movedAtMs = atMs
    this.#save()
  }

  #follow(deg: number, atMs: number): void {
    const learnt = this.#learnt!
    const { driftDegPerDay, driftLimitDeg } = this.#rule
    // After a restart nobody knows how long it was: the first minute moves nothing.
    const passedMs = Number.isNaN(this.#movedAtMs) ? 0 : Math.min(DAY_MS, atMs - this.#movedAtMs)
    this.#movedAtMs = atMs
    const mayDeg = (driftDegPerDay * passedMs) / DAY_MS
    const wanted = learnt.deg + clamp(deg - learnt.deg, -mayDeg, mayDeg)
    learnt.deg = clamp(wanted, learnt.firstDeg - driftLimitDeg, learnt.firstDeg + driftLimitDeg)
    if (Math.abs(learnt.deg - this.#savedDeg) >= SAVE_STEP_DEG) this.#save()
  }

  #save(): void {
    const { firstDeg, deg } = this.#learnt!
    this.#savedDeg = deg
    this.#memory.save({ firstDeg, deg })
  }
}

const clamp = (value: number, lowest: number, highest: number): number =>
  Math.min(highest, Math.max(lowest, value))

function readState(state: unknown): { firstDeg: number; deg: number } | undefined {
  if (typeof state !== 'object' || state === null) return undefined
  const { firstDeg, deg } = state as { firstDeg?: unknown; deg?: unknown }
  return Number.isFinite(firstDeg) && Number.isFinite(deg)
    ? { firstDeg: firstDeg as number, deg: deg as number }
    : undefined
}
