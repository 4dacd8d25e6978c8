import { z } from 'zod'
import { CODE_PROFILES, type CodeProfile } from './component-code.ts'
import {
  COMMON_PARAMETERS,
  DETECTOR_NAMES,
  FaultParameters,
  type ParameterName,
  parameterProblems,
} from './fault-parameters.ts'

/** The five data files of the catalogue, each by itself; what holds between them is checked by catalogue.ts. */

const Names = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })
const Name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name such as cover_tilted')
const Metric = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name with its unit such as tilt_deg')

/** A/B/C class (分级) by urgency and safety: A is the most urgent. */
const FaultClass = z.enum(['A', 'B', 'C'])

export const ComponentKindsFile = z.strictObject({
  profile: z.enum(Object.keys(CODE_PROFILES) as [CodeProfile, ...CodeProfile[]]),
  classes: z.record(z.string().regex(/^\d{2}$/, 'expected two digits in quotes such as "01"'), Names),
  kinds: z.partialRecord(
    z.enum(Object.keys(CODE_PROFILES) as [CodeProfile, ...CodeProfile[]]),
    z.record(z.string().regex(/^\d+$/, 'expected digits in quotes such as "0101"'), Names),
  ),
})

export const MetricsFile = z.record(
  Metric,
  Names.extend({
    /** As shown after a value; empty for a yes or no. */
    unit: z.string(),
    /** What a sound sensor can say at all; absent where the gateway makes the value itself. */
    min: z.number().optional(),
    max: z.number().optional(),
  }),
)

const common = FaultParameters.pick(
  Object.fromEntries(COMMON_PARAMETERS.map((name) => [name, true])) as Record<
    (typeof COMMON_PARAMETERS)[number],
    true
  >,
)

export const FaultKind = z
  .strictObject({
    ...Names.shape,
    /** A changed rule gets a new one: cases name the rule that judged them. */
    version: z.int().min(1),
    detector: z.enum(DETECTOR_NAMES),
    /** The judged quantity, as evidence shows it. */
    metric: Metric,
    /** The sensor's metric that it is made from, where it is another. */
    from: Metric.optional(),
    class: FaultClass,
    /** Set of limits in time-limits.yaml. */
    limits: Name,
    /** Where the numbers come from. */
    source: z.string().min(1),
    confidence: z.enum(['high', 'medium', 'low']),
    ...FaultParameters.partial().shape,
    ...common.shape,
    flapEpisodes: FaultParameters.shape.flapEpisodes.default(3),
    flapWithinMs: FaultParameters.shape.flapWithinMs.default(600_000),
    flapClearHoldMs: FaultParameters.shape.flapClearHoldMs.default(60_000),
  })
  .check((context) => {
    const kind = context.value
    const problems = parameterProblems(kind.detector, parametersIn(kind), kind.raise > kind.clear)
    for (const { path, message } of problems)
      context.issues.push({ code: 'custom', input: kind, path, message })
    if (kind.raise === kind.clear)
      context.issues.push({
        code: 'custom',
        input: kind,
        path: ['raise'],
        message: `raise and clear are both ${kind.raise}: their order says whether too high or too low is the fault`,
      })
  })

export const FaultKindsFile = z.record(Name, FaultKind)

/** What people report by hand (人工上报): a component (部件) out of order, or an event (事件). */
const ProblemKind = z.strictObject({
  ...Names.shape,
  /** Heading of the terminal's list. */
  group: z.string().min(1),
  /** It is at a component, so a report may name one. */
  component: z.boolean().optional(),
  class: FaultClass,
  /** Set of limits in time-limits.yaml. */
  limits: Name,
})

export const ProblemKindsFile = z.record(Name, ProblemKind)

/** Kinds of time limit: hours day and night (紧急工作时), working hours (工作时), working days (工作日). */
export const LIMIT_UNITS = ['urgent_hours', 'working_hours', 'working_days'] as const
const Limit = z.strictObject({ unit: z.enum(LIMIT_UNITS), number: z.number().positive() })
const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "08:00"')

export const TimeLimitsFile = z.strictObject({
  /** Parts of a working day that count, in order. */
  workingHours: z.array(z.tuple([Clock, Clock])).min(1),
  hoursPerWorkingDay: z.number().positive(),
  /** Stages of the centre (指挥中心), minutes. */
  stages: z.strictObject({
    acceptMin: z.number().positive(),
    dispatchMin: z.number().positive(),
    checkMin: z.number().positive(),
  }),
  limits: z.record(Name, z.strictObject({ A: Limit, B: Limit, C: Limit })),
})

export type FaultKind = z.infer<typeof FaultKind>
export type ProblemKind = z.infer<typeof ProblemKind>
export type MetricInfo = z.infer<typeof MetricsFile>[string]
export type TimeLimits = z.infer<typeof TimeLimitsFile>
export type TimeLimit = z.infer<typeof Limit>

const PARAMETER_NAMES = Object.keys(FaultParameters.shape) as ParameterName[]

/** The parameters among the fields of a kind. */
export function parametersIn(
  kind: Partial<Record<ParameterName, unknown>>,
): Partial<z.infer<typeof FaultParameters>> {
  return Object.fromEntries(
    PARAMETER_NAMES.filter((name) => kind[name] !== undefined).map((name) => [name, kind[name]]),
  )
}
