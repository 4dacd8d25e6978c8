import { Random } from '../random.ts'
import { APPLIES } from './applies.ts'
import type { Device } from './device-options.ts'
import { AT_COMPONENTS, COMMON } from './happening-fields.ts'
import type { Happening, What } from './happenings.ts'
import { type Drawn, Duration } from './quantities.ts'

/**
 * Turns the happenings of a scenario into occurrences: who, which component, from when to when, with which
 * arguments. All of it is drawn before the scenario begins. Each series of occurrences has a stream of its own, so
 * one line more in a file changes nothing in the others unless it is of the same `what` at the same place.
 */

/** What has been drawn: every range is a number now. */
type Settled<Fields> = {
  [Key in keyof Fields]: readonly [number, number] extends NonNullable<Fields[Key]> ? number : Fields[Key]
}
type Shared = keyof typeof COMMON | keyof typeof AT_COMPONENTS | 'what'
/** The arguments of its own that a `what` has. */
export type ArgsOf<W extends What> = Settled<Omit<Extract<Happening, { what: W }>, Shared>>

export interface Labels {
  /** Kinds of fault that must be raised, and those that must not. */
  fault?: readonly string[]
  trap?: readonly string[]
  /** When the fault is there, where that is not all the time from begin to end. Milliseconds from the start. */
  faultMs?: number
  faultUntilMs?: number
}

export interface OccurrenceOf<W extends What> extends Labels {
  what: W
  device: string
  /** Number of the component; absent where it happens to the device. */
  component?: number
  /** Milliseconds from the start of the scenario. */
  beginMs: number
  /** Infinity where it stands at the end of the scenario. */
  endMs: number
  args: ArgsOf<W>
  /** For whatever noise it makes. */
  seed: number
}

export type Occurrence = { [W in What]: OccurrenceOf<W> }[What]

interface Source {
  seed: number
  lasts: number
  devices: readonly Device[]
  happens: readonly Happening[]
}

/** Every occurrence of a scenario, in order of its begin. */
export function occurrencesOf({ seed, lasts, devices, happens }: Source): Occurrence[] {
  const series = new Map<string, number>()
  /** Counts the series of the same `what` at the same place. */
  const streamOf = (what: What, place: string): Random => {
    const name = `${what} ${place}`
    const nth = (series.get(name) ?? 0) + 1
    series.set(name, nth)
    return new Random(seed, `happens ${name} ${nth}`)
  }
  const found = happens.flatMap((happening) =>
    [happening.device].flat().flatMap((id) => {
      const device = devices.find((one) => one.id === id)!
      const numbers = componentsOf(happening, device)
      if (!numbers) return seriesOf(happening, id, undefined, streamOf(happening.what, id), lasts)
      if ('together' in happening && happening.together) {
        const random = streamOf(happening.what, `${id}/${numbers.join(' ')}`)
        const one = seriesOf(happening, id, numbers[0], random, lasts)
        return numbers.flatMap((component) => one.map((occurrence) => ({ ...occurrence, component })))
      }
      return numbers.flatMap((component) =>
        seriesOf(happening, id, component, streamOf(happening.what, `${id}/${component}`), lasts),
      )
    }),
  )
  return found.sort((a, b) => a.beginMs - b.beginMs)
}

function componentsOf(happening: Happening, device: Device): number[] | undefined {
  if (!('component' in happening)) return undefined
  const { component } = happening
  if (component !== 'all') return [...new Set([component].flat())]
  const count = 'components' in device ? device.components : 0
  return Array.from({ length: count }, (_, index) => index + 1)
}

function seriesOf(
  happening: Happening,
  device: string,
  component: number | undefined,
  random: Random,
  lastsMs: number,
): Occurrence[] {
  const { what, every, fault, trap, faultAfter = 0, faultFor } = happening
  const times = happening.times ?? (every === undefined ? 1 : Number.POSITIVE_INFINITY)
  const found: Occurrence[] = []
  let beginMs = Math.round(drawn(happening.at, random))
  for (let nth = 0; nth < times && beginMs < lastsMs; nth++) {
    const endMs = beginMs + lengthMs(happening, random)
    const faultMs = beginMs + faultAfter
    const faultUntilMs = faultFor === undefined ? endMs : faultMs + faultFor
    found.push({
      what,
      device,
      ...(component === undefined ? {} : { component }),
      beginMs,
      endMs: endMs > lastsMs ? Number.POSITIVE_INFINITY : endMs,
      args: argumentsOf(happening, random),
      seed: random.integer(0, 2 ** 31),
      ...(fault && { fault }),
      ...(trap && { trap }),
      ...(fault && faultMs !== beginMs ? { faultMs } : {}),
      ...(fault && faultUntilMs !== endMs ? { faultUntilMs } : {}),
      // The arguments are those of this `what`: they come from a happening of it.
    } as Occurrence)
    if (every === undefined) break
    beginMs += Math.max(1, Math.round(drawn(every, random)))
  }
  return found
}

function lengthMs(happening: Happening, random: Random): number {
  if (happening.for !== undefined) return Math.round(drawn(happening.for, random))
  const { lasts } = APPLIES[happening.what]
  return lasts === undefined ? Number.POSITIVE_INFINITY : Duration.parse(lasts)
}

/** In the order of their names, whatever the order in the file. */
function argumentsOf(happening: Happening, random: Random): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(happening)
      .filter(([name]) => name !== 'what' && !(name in COMMON) && !(name in AT_COMPONENTS))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, isRange(value) ? drawn(value, random) : value]),
  )
}

const isRange = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === 'number')

/** Three digits behind the point are enough for any argument, and read well in the truth. */
function drawn(value: Drawn, random: Random): number {
  if (typeof value === 'number') return value
  return Math.round(random.between(value[0], value[1]) * 1000) / 1000
}
