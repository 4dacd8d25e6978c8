import type { RuleOf } from '../../../proto/catalogue/fault-parameters.ts'
import type { DetectorContext, Moment, Observation } from './fault-detector.ts'
import { RecentShare } from './recent-share.ts'
import { solarElevationDeg } from './sun.ts'

/** Wall time that moves by more than this against the monotonic clock was set anew: it says nothing for now. */
const CLOCK_STEP_MS = 30_000
/** A clock that was never set. */
const EARLIEST_MS = Date.UTC(2024, 0, 1)
/** Headlights and shadows pass: it is as dark as it was for most of this time. */
const LIGHT_MS = 60_000

type DueRule = Pick<RuleOf<'lamp_out'>, 'dueBy' | 'schedule' | 'lightValidMs' | 'marginMs'>

/**
 * Whether it is surely time for a lamp to burn (`burn`), or surely time for it not to (`rest`): by a light sensor,
 * by the sun's elevation there and then, by a schedule, or by light and sun together, which a cloud or dirt on
 * the sensor does not deceive. The light is that of most of the last minute: a car that turns does not make it day.
 * Around the limits neither is sure.
 */
export class LampDue {
  readonly #rule: DueRule
  readonly #limits: { burn: boolean; lux: number; sunDeg: number }
  readonly #context: DetectorContext
  readonly #by: NonNullable<DueRule['dueBy']>
  readonly #minuteOfDay: ((timeMs: number) => number) | undefined
  #lightAtMs: number | undefined
  readonly #surely = new RecentShare(LIGHT_MS)
  /** The last light by which it was due, and by which it was not. */
  readonly #lux = new Map<boolean, number>()
  #offsetMs: number | undefined
  #sunDeg: number | undefined

  constructor(
    wanted: 'burn' | 'rest',
    rule: DueRule,
    limits: { lux: number; sunDeg: number },
    context: DetectorContext,
  ) {
    this.#rule = rule
    this.#limits = { burn: wanted === 'burn', ...limits }
    this.#context = context
    this.#by = rule.dueBy ?? defaultDueBy(rule, context.sensors)
    this.#minuteOfDay = rule.schedule && minuteOfDayIn(rule.schedule.zone)
  }

  /** True where the observation was a light value. */
  see({ metric, value, atMs }: Observation): boolean {
    if (metric !== 'light_lux') return false
    const { burn, lux } = this.#limits
    const surely = burn ? value < lux : value > lux
    this.#lightAtMs = atMs
    this.#lux.set(surely, value)
    this.#surely.observe(surely, atMs)
    return true
  }

  /** Is it surely due at this moment. */
  at(now: Moment): boolean {
    if (this.#by === 'light') return this.#byLight(now)
    // Both are asked each time: each keeps what evidence shows.
    const stepped = this.#clockStepped(now)
    if (stepped || now.timeMs < EARLIEST_MS) return false
    if (this.#by === 'schedule') return this.#bySchedule(now)
    const bySun = this.#bySun(now)
    return this.#by === 'sun' ? bySun : bySun && this.#byLight(now)
  }

  /** What it was judged by. */
  evidence(): Record<string, number> {
    const lux =
      this.#lightAtMs === undefined ? undefined : this.#lux.get(this.#surely.at(this.#lightAtMs) > 0.5)
    return {
      ...(lux !== undefined && this.#by !== 'sun' && this.#by !== 'schedule' ? { light_lux: lux } : {}),
      ...(this.#sunDeg === undefined ? {} : { sun_deg: Math.round(this.#sunDeg * 10) / 10 }),
    }
  }

  #byLight({ atMs }: Moment): boolean {
    if (this.#lightAtMs === undefined || atMs - this.#lightAtMs > this.#rule.lightValidMs) return false
    return this.#surely.at(atMs) > 0.5
  }

  #bySun({ timeMs }: Moment): boolean {
    const place = this.#context.position()
    this.#sunDeg = place && solarElevationDeg(timeMs, place.lat, place.lon)
    if (this.#sunDeg === undefined) return false
    const { burn, sunDeg } = this.#limits
    return burn ? this.#sunDeg < sunDeg : this.#sunDeg > sunDeg
  }

  #bySchedule({ timeMs }: Moment): boolean {
    const { schedule, marginMs } = this.#rule
    if (!schedule || !this.#minuteOfDay) return false
    const marginMin = marginMs / 60_000
    const minute = this.#minuteOfDay(timeMs)
    const [on, off] = [minutesOf(schedule.on), minutesOf(schedule.off)]
    return this.#limits.burn
      ? within(minute, on + marginMin, off - marginMin)
      : within(minute, off + marginMin, on - marginMin)
  }

  #clockStepped({ atMs, timeMs }: Moment): boolean {
    const before = this.#offsetMs
    this.#offsetMs = timeMs - atMs
    return before !== undefined && Math.abs(this.#offsetMs - before) > CLOCK_STEP_MS
  }
}

/** How a lamp is judged that is not told: by its schedule, else its light sensor, else the sun. */
export function defaultDueBy(
  rule: { schedule?: unknown },
  sensors: readonly { metric: string }[],
): NonNullable<DueRule['dueBy']> {
  if (rule.schedule !== undefined) return 'schedule'
  return sensors.some(({ metric }) => metric === 'light_lux') ? 'light' : 'sun'
}

const DAY_MIN = 1440
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** Is a minute of the day in from ≤ minute < to, over midnight where `to` comes first. */
function within(minute: number, fromMin: number, toMin: number): boolean {
  const from = (fromMin + DAY_MIN) % DAY_MIN
  const to = (toMin + DAY_MIN) % DAY_MIN
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

function minuteOfDayIn(timeZone: string): (timeMs: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (timeMs) => minutesOf(format.format(timeMs))
}
