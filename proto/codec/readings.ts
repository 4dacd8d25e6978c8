import type { Reading, ReadingBatch } from '../domain.ts'
import { checkedComponent, checkedCount, checkedFinite, checkedText, checkedTimeMs } from './checks.ts'
import { refuse } from './decode-error.ts'
import { ReadingBatchType } from './schema.ts'
import { decodeOptionalTimeSource, encodeTimeSource } from './time-source.ts'

/** Components and metrics in one batch. */
export const MAX_SERIES_A_BATCH = 256
const MAX_READINGS_A_SERIES = 4096

export interface ReadingBatchMessage {
  series: {
    component: string
    metric: string
    startMs: unknown
    deltaMs: number[]
    values: number[]
  }[]
  timeSource: number
}

/**
 * Readings grouped into a series for each component and metric, each in order of time.
 * @throws RangeError for an empty batch, more than {@link MAX_SERIES_A_BATCH} series, or a value that is no number:
 *   the hub would refuse the whole batch.
 */
export function encodeReadingBatch(batch: ReadingBatch): Uint8Array {
  if (batch.readings.length === 0) throw new RangeError('a reading batch needs at least one reading')
  const nonsense = batch.readings.find(({ value }) => !Number.isFinite(value))
  if (nonsense)
    throw new RangeError(`${nonsense.component} ${nonsense.metric}: ${nonsense.value} is no number`)
  const series = [...Map.groupBy(batch.readings, (r) => `${r.component} ${r.metric}`).values()].map(
    (readings) => {
      const sorted = readings.toSorted((a, b) => a.timeMs - b.timeMs)
      const first = sorted[0]!
      return {
        component: first.component,
        metric: first.metric,
        startMs: Math.round(first.timeMs),
        deltaMs: sorted.map((reading, i) =>
          i === 0 ? 0 : Math.round(reading.timeMs) - Math.round(sorted[i - 1]!.timeMs),
        ),
        values: sorted.map((reading) => reading.value),
      }
    },
  )
  if (series.length > MAX_SERIES_A_BATCH)
    throw new RangeError(`${series.length} series in a batch, at most ${MAX_SERIES_A_BATCH}`)
  const timeSource = encodeTimeSource(batch.timeSource)
  return ReadingBatchType.encode(ReadingBatchType.fromObject({ series, timeSource })).finish()
}

/** @throws DecodeError */
export function decodeReadingBatch(message: ReadingBatchMessage): ReadingBatch {
  checkedCount(message.series, MAX_SERIES_A_BATCH, 'series')
  const readings: Reading[] = []
  for (const series of message.series) {
    const component = checkedComponent(series.component, 'series component')
    const metric = checkedText(series.metric, 'series metric', 64)
    if (!/^[a-z][a-z0-9_]*$/.test(metric))
      refuse('bad-value', `metric ${JSON.stringify(metric)}: expected a name like tilt_deg`)
    checkedCount(series.values, MAX_READINGS_A_SERIES, `readings of ${metric}`)
    if (series.deltaMs.length !== series.values.length)
      refuse('bad-value', `${metric}: ${series.deltaMs.length} times for ${series.values.length} values`)
    let timeMs = checkedTimeMs(series.startMs, `${metric} start`)
    series.values.forEach((value, i) => {
      timeMs = checkedTimeMs(timeMs + series.deltaMs[i]!, metric)
      readings.push({ component, metric, timeMs, value: checkedFinite(value, metric) })
    })
  }
  if (readings.length === 0) refuse('missing-field', 'reading batch: no readings')
  return { ...decodeOptionalTimeSource(message.timeSource), readings }
}
