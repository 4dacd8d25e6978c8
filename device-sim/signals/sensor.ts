import type { Metric } from '../scenario/device-options.ts'
import type { What } from '../scenario/happenings.ts'
import type { OccurrenceOf } from '../scenario/occurrences.ts'
import { jitter } from './noise.ts'
import { type ComponentOccurrences, Ongoing } from './ongoing.ts'
import type { Signal } from './setting.ts'

/**
 * What a sensor makes of the quantity that it measures.
 * A number; `Infinity`: its register stands at the end of its range; `NaN`: it says that it is no number;
 * undefined: it says nothing.
 */
export type Sensor = (elapsedMs: number) => number | undefined

export function sensorOf(metric: Metric, quantity: Signal, occurrences: ComponentOccurrences): Sensor {
  const mishaps = <W extends What>(what: W) =>
    new Ongoing(occurrences.of(what).filter(({ args }) => concerns(args, metric)))
  const freezes = mishaps('freezes')
  const elsewhere = mishaps('reads')
  const noises = mishaps('noise')
  const bounces = mishaps('bounces')
  const overflows = mishaps('overflows')
  const nonsense = mishaps('not-a-number')
  const silences = mishaps('falls-silent')

  return (elapsedMs) => {
    if (silences.latestAt(elapsedMs)) return undefined
    if (nonsense.latestAt(elapsedMs)) return Number.NaN
    if (overflows.latestAt(elapsedMs)) return Number.POSITIVE_INFINITY
    let value =
      elsewhere.latestAt(elapsedMs)?.args.value ?? quantity(freezes.latestAt(elapsedMs)?.beginMs ?? elapsedMs)
    for (const { args, seed } of noises.at(elapsedMs)) value += args.by * jitter(seed, elapsedMs)
    for (const bounce of bounces.at(elapsedMs)) if (isMade(bounce, elapsedMs)) value = 1 - value
    return value
  }
}

/** `falls-silent` without a metric is of all sensors. */
function concerns(args: object, metric: Metric): boolean {
  return !('metric' in args) || args.metric === undefined || args.metric === metric
}

function isMade({ args, beginMs }: OccurrenceOf<'bounces'>, elapsedMs: number): boolean {
  return (elapsedMs - beginMs) % args.period < args.period / 2
}
