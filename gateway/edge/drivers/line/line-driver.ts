import type { Driver, DriverContext } from '../driver.ts'
import type { LinePortConfig, LineReadingConfig } from './line-config.ts'
import { LineSplitter } from './line-splitter.ts'
import { TimedRegex } from './timed-regex.ts'

/** One number of a line, as a reading of its component. */
interface LineReading {
  component: string
  metric: string
  value: number
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * Any device that writes lines of text. In: its bytes. Out: values, by the first pattern that matches a line. A
 * group that took no part in the match, or is blank, is absent. What cannot be used is counted: lines that are
 * too long or match nothing, numbers that are none, units that the configuration does not name, and patterns
 * that took too long. Nothing throws on any input.
 */
export function startLineDriver(
  context: DriverContext,
  config: LinePortConfig,
  onValue: (reading: LineReading) => void,
): Driver {
  const patterns = config.patterns.map(({ regex, readings }) => ({ regex: new TimedRegex(regex), readings }))
  const splitter = new LineSplitter(config, {
    onTooLong: () => context.count('too-long'),
    onLine(text) {
      context.count('lines')
      for (const { regex, readings } of patterns) {
        const match = regex.exec(text)
        if (match === 'timeout') context.count('regex-timeouts')
        else if (match) {
          context.onSense()
          for (const reading of readings) take(reading, match.groups ?? {})
          return
        }
      }
      context.count('unmatched')
    },
  })

  function take(reading: LineReadingConfig, groups: Record<string, string | undefined>): void {
    const value = readingValue(reading, groups)
    if (typeof value === 'string') context.count(value)
    else {
      context.count('readings')
      onValue({ component: reading.component, metric: reading.metric, value })
    }
  }

  const onData = (chunk: Uint8Array): void => splitter.push(chunk)
  context.port.on('data', onData)
  return {
    stop() {
      context.port.off('data', onData)
    },
  }
}

/** The value in the metric's unit, or the counter that says why there is none. */
function readingValue(
  { group, unitGroup, units, scale, offset }: LineReadingConfig,
  groups: Record<string, string | undefined>,
): number | 'without-value' | 'bad-numbers' | 'bad-units' {
  const text = groups[group]?.trim()
  if (!text) return 'without-value'
  const number = Number(text)
  if (!NUMBER.test(text) || !Number.isFinite(number)) return 'bad-numbers'
  if (unitGroup === undefined) return number * scale + offset
  const unit = groups[unitGroup]?.trim() ?? ''
  if (!Object.hasOwn(units!, unit)) return 'bad-units'
  const conversion = units![unit]!
  return (number * conversion.scale + conversion.offset) * scale + offset
}
