import { z } from 'zod'
import { COMPONENT_PATTERN } from '../../../../proto/domain.ts'
import { groupNames, regexMistake } from './regex-guard.ts'

/** What the configuration says of a device that writes lines of text: where lines end, and what stands in them. */

const Regex = z.string().check(({ value, issues }) => {
  const mistake = regexMistake(value)
  if (mistake) issues.push({ code: 'custom', input: value, message: mistake })
})

const Conversion = z.strictObject({ scale: z.number().default(1), offset: z.number().default(0) })

const Reading = z
  .strictObject({
    /** Named group of the regex that holds the number. */
    group: z.string(),
    component: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits'),
    /** What it measures, with its unit: temperature_c, level_mm. */
    metric: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name with its unit such as temperature_c'),
    /** value = number * scale + offset */
    scale: z.number().default(1),
    offset: z.number().default(0),
    /** Named group that holds the unit, where the device may change it. */
    unitGroup: z.string().optional(),
    /** What a unit needs to become the metric's, before scale and offset: { C: {}, F: { scale: 0.5556, … } }. */
    units: z.record(z.string(), Conversion).optional(),
  })
  .check(({ value: reading, issues }) => {
    if ((reading.unitGroup === undefined) !== (reading.units === undefined))
      issues.push({
        code: 'custom',
        input: reading,
        path: [reading.units ? 'units' : 'unitGroup'],
        message: 'unitGroup and units go together: expected both or neither',
      })
  })

const Pattern = z.strictObject({ regex: Regex, readings: z.array(Reading).min(1) }).check((context) => {
  const { regex, readings } = context.value
  if (regexMistake(regex)) return
  const names = groupNames(regex)
  const known = names.length > 0 ? `expected one of ${names.join(', ')}` : 'the regex has none: (?<name>…)'
  readings.forEach((reading, i) => {
    for (const key of ['group', 'unitGroup'] as const) {
      const group = reading[key]
      if (group !== undefined && !names.includes(group))
        context.issues.push({
          code: 'custom',
          input: context.value,
          path: ['readings', i, key],
          message: `'${group}' is no named group of the regex: ${known}`,
        })
    }
  })
})

export const LinePort = z.strictObject({
  driver: z.literal('line'),
  baud: z.int().min(300).max(4_000_000).default(9600),
  /** What ends a line: a text, or a regex. Empty lines are nothing, so "\n" serves for CR LF too. */
  delimiter: z
    .union([
      z.string().min(1, 'expected at least one character'),
      z.strictObject({
        regex: Regex.check(({ value, issues }) => {
          if (regexMistake(value) === undefined && new RegExp(value).test(''))
            issues.push({
              code: 'custom',
              input: value,
              message: 'matches the empty text: expected a regex for what stands between lines',
            })
        }),
      }),
    ])
    .default('\n'),
  /** Longer lines are refused. */
  maxLineBytes: z.int().min(16).max(4096).default(256),
  /** The first that matches a line is taken. */
  patterns: z
    .array(Pattern)
    .min(1)
    .max(32)
    .check(({ value: patterns, issues }) => {
      patterns.forEach(({ readings }, p) => {
        const here = new Set<string>()
        readings.forEach(({ component, metric }, r) => {
          const name = `${component} ${metric}`
          if (here.has(name))
            issues.push({
              code: 'custom',
              input: patterns,
              path: [p, 'readings', r, 'metric'],
              message: `${metric} of ${component} is read twice by this pattern`,
            })
          here.add(name)
        })
      })
    }),
})

export type LinePortConfig = z.output<typeof LinePort>
export type LineReadingConfig = LinePortConfig['patterns'][number]['readings'][number]
