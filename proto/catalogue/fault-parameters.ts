import { z } from 'zod'

/**
 * What a fault kind can be told: the parameters of every detector, their units and limits. The catalogue gives
 * each kind its values, a gateway's configuration replaces single ones for a component; both are checked here.
 */

const MetricName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name with its unit such as tilt_deg')
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "18:30"')
const Milliseconds = z.int().min(0)

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** When lamps burn, by the clock on the wall; `off` before `on` is the next morning. */
const LampSchedule = z.strictObject({
  on: TimeOfDay,
  off: TimeOfDay,
  zone: z.string().refine(isTimeZone, 'expected a time zone such as Asia/Shanghai').default('Asia/Shanghai'),
})

/** How it is known whether a lamp should burn. */
export const DUE_BY = ['light', 'sun', 'schedule', 'light-and-sun'] as const

export const FaultParameters = z.strictObject({
  /** Raised where the judged quantity stays at or beyond this; above `clear`, too high, below it, too low. */
  raise: z.number(),
  /** Cleared where it comes back to this. */
  clear: z.number(),
  /** How long the quantity must stay beyond `raise`. */
  holdMs: Milliseconds,

  /** Raised so often … */
  flapEpisodes: z.int().min(2),
  /** … within this time, a fault flaps, and clears only after this, doubled with each further time. */
  flapWithinMs: Milliseconds,
  flapClearHoldMs: Milliseconds,

  /** The sensor reports changes only: its last value stands until the next one. */
  lastStands: z.boolean(),

  /** Tilt: at this angle or beyond the fault is raised at once. */
  atOnceDeg: z.number().min(0).max(180),
  /** Tilt: shaking shorter than this is traffic; no hold may be shorter. */
  vibrationMs: Milliseconds,
  /** Tilt: samples that come faster than this must agree for so long that the tilt is over. */
  settleMs: Milliseconds,
  /** Tilt: the angle as installed; given here, it is not learnt. */
  backgroundDeg: z.number().min(-180).max(180),
  /** Tilt: in a quiet minute the angle stays within this range. */
  quietDeg: z.number().positive(),
  /** Tilt: so many quiet minutes that agree make the background angle. */
  quietMinutes: z.int().min(2).max(1440),
  /** Tilt: the learnt angle follows slow movement at most so fast … */
  driftDegPerDay: z.number().min(0),
  /** … and at most so far from what was first learnt. */
  driftLimitDeg: z.number().min(0),

  /** Lamps: light, sun, schedule or light-and-sun; default: schedule where given, else the light sensor, else sun. */
  dueBy: z.enum(DUE_BY),
  schedule: LampSchedule,
  /** Lamps: darker than this, the lamp should burn. */
  darkLux: z.number(),
  /** Lamps: brighter than this, it should not. */
  brightLux: z.number(),
  /** Lamps: a light value older than this says nothing about now. */
  lightValidMs: Milliseconds,
  /** Lamps: with the sun below this elevation every lamp should burn. */
  darkSunDeg: z.number().min(-18).max(10),
  /** Lamps: with the sun above this elevation none should. */
  brightSunDeg: z.number().min(-18).max(30),
  /** Lamps: so long around the times of the schedule nothing is judged. */
  marginMs: Milliseconds,
  /** Lamps: without this mains voltage (where it is measured) a dark lamp is no fault of the lamp. */
  mainsMinV: z.number(),

  /** Flicker: from this value the lamp is on … */
  onAbove: z.number(),
  /** … and at this value it is off. */
  offBelow: z.number(),
  /** Flicker, rate, circuit: how far back is looked. */
  windowMs: z.int().min(1000),

  /** Phase: the angle against the reference as wired: 0, 120 or 240. */
  expectedDeg: z.number().min(-360).max(360),

  /** Stuck: changes up to this count for none. */
  tolerance: z.number().min(0),
  /** Stuck: so many equal readings at least. */
  minReadings: z.int().min(2),
  /** Sensor faults: which of the component's sensors are watched. */
  metrics: z.array(MetricName).min(1),
  /** Range: the values a sensor can give, lowest and highest, by metric. */
  ranges: z.record(MetricName, z.tuple([z.number(), z.number()])),

  /** Circuit: component codes of the lamps (or whatever else) that it feeds. */
  members: z.array(z.string().regex(/^\d{16}$/, 'expected a component code of 16 digits')).min(2),
  /** Gateway faults: which of its ports are watched. */
  ports: z.array(z.string().min(1)).min(1),
})

type Parameters = z.infer<typeof FaultParameters>
export type ParameterName = keyof Parameters

/** What every fault kind has. */
export const COMMON_PARAMETERS = [
  'raise',
  'clear',
  'holdMs',
  'flapEpisodes',
  'flapWithinMs',
  'flapClearHoldMs',
] as const satisfies ParameterName[]

interface DetectorParameters {
  /** The catalogue must give them. */
  needs: readonly ParameterName[]
  /** The configuration of the component must give them, where the catalogue does not. */
  asks: readonly ParameterName[]
  may: readonly ParameterName[]
}

const LAMP_DUE = ['dueBy', 'schedule'] as const

/** The detectors that gateways have, and what each is told besides thresholds and hold. */
export const DETECTORS = {
  threshold: { needs: [], asks: [], may: ['lastStands'] },
  tilt: {
    needs: [
      'atOnceDeg',
      'vibrationMs',
      'settleMs',
      'quietDeg',
      'quietMinutes',
      'driftDegPerDay',
      'driftLimitDeg',
    ],
    asks: [],
    may: ['backgroundDeg', 'lastStands'],
  },
  rate: { needs: ['windowMs'], asks: [], may: [] },
  lamp_out: {
    needs: ['darkLux', 'lightValidMs', 'darkSunDeg', 'marginMs', 'mainsMinV'],
    asks: [],
    may: LAMP_DUE,
  },
  lamp_on_by_day: {
    needs: ['brightLux', 'lightValidMs', 'brightSunDeg', 'marginMs'],
    asks: [],
    may: LAMP_DUE,
  },
  flicker: { needs: ['onAbove', 'offBelow', 'windowMs'], asks: [], may: [] },
  phase: { needs: ['expectedDeg'], asks: [], may: [] },
  stuck: { needs: ['tolerance', 'minReadings'], asks: ['metrics'], may: [] },
  out_of_range: { needs: [], asks: [], may: ['metrics', 'ranges'] },
  silence: { needs: [], asks: [], may: ['metrics'] },
  circuit: { needs: ['windowMs'], asks: ['members'], may: [] },
  gps_lost: { needs: [], asks: [], may: ['ports'] },
  port_silent: { needs: [], asks: [], may: ['ports'] },
} as const satisfies Record<string, DetectorParameters>

export type DetectorName = keyof typeof DETECTORS
export const DETECTOR_NAMES = Object.keys(DETECTORS) as DetectorName[]

/** Everything a detector is told: the catalogue's values with the configuration's in their place. */
export type RuleOf<D extends DetectorName> = Pick<
  Parameters,
  | (typeof COMMON_PARAMETERS)[number]
  | (typeof DETECTORS)[D]['needs'][number]
  | (typeof DETECTORS)[D]['asks'][number]
> &
  Partial<Pick<Parameters, (typeof DETECTORS)[D]['may'][number]>>

/** The parameters that this detector understands. */
export function parametersOf(detector: DetectorName): readonly ParameterName[] {
  const { needs, asks, may }: DetectorParameters = DETECTORS[detector]
  return [...COMMON_PARAMETERS, ...needs, ...asks, ...may]
}

export interface ParameterProblem {
  path: string[]
  message: string
}

/**
 * What is wrong with the parameters of one fault, as the catalogue gives them and as they are after a
 * configuration has replaced some: unknown or missing ones, and values that contradict each other.
 * `tooHigh` is the kind's direction: raised by values too high.
 */
export function parameterProblems(
  detector: DetectorName,
  given: Partial<Parameters>,
  tooHigh: boolean,
): ParameterProblem[] {
  const known = parametersOf(detector)
  const { needs }: DetectorParameters = DETECTORS[detector]
  const problems: ParameterProblem[] = []
  const problem = (path: string, message: string) => problems.push({ path: [path], message })
  for (const name of Object.keys(given) as ParameterName[])
    if (given[name] !== undefined && !known.includes(name))
      problem(name, `is no setting of the detector ${detector}: expected one of ${known.join(', ')}`)
  for (const name of needs)
    if (given[name] === undefined) problem(name, `missing: the detector ${detector} needs it`)

  const { raise, clear, holdMs, vibrationMs, atOnceDeg, onAbove, offBelow, dueBy } = given
  if (raise !== undefined && clear !== undefined && (tooHigh ? clear >= raise : clear <= raise))
    problem('clear', `clear ${clear} and raise ${raise}: expected clear ${tooHigh ? 'below' : 'above'} raise`)
  if (holdMs !== undefined && vibrationMs !== undefined && holdMs < vibrationMs && given.lastStands !== true)
    problem('holdMs', `${holdMs}: expected at least ${vibrationMs}, since shorter shaking is traffic`)
  if (atOnceDeg !== undefined && raise !== undefined && atOnceDeg < raise)
    problem('atOnceDeg', `atOnceDeg ${atOnceDeg} and raise ${raise}: expected atOnceDeg at or above raise`)
  if (onAbove !== undefined && offBelow !== undefined && offBelow >= onAbove)
    problem('offBelow', `offBelow ${offBelow} and onAbove ${onAbove}: expected offBelow below onAbove`)
  if (dueBy === 'schedule' && given.schedule === undefined)
    problem('schedule', 'missing: dueBy is schedule, expected { on: "18:30", off: "05:30" }')
  for (const [metric, [lowest, highest]] of Object.entries(given.ranges ?? {}))
    if (lowest >= highest)
      problems.push({
        path: ['ranges', metric],
        message: `${lowest} to ${highest}: expected the lowest value first`,
      })
  return problems
}
