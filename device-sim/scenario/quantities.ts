import { z } from 'zod'

/** The values of a scenario file: durations with their unit, and amounts that may be drawn from a range. */

const UNIT_MS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
const PART = /(\d+(?:\.\d+)?)(ms|min|s|h|d)/g
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|min|s|h|d))+$/

/** A fixed value, or a range of which a value is drawn for each occurrence, uniformly. */
export type Drawn = number | readonly [number, number]

/** `90s`, `15min`, `1h30min`, `250ms`, `2d`; milliseconds inside. */
export const Duration = z
  .string('expected a duration with its unit, such as 90s, 15min or 8h')
  .regex(WHOLE, 'expected a duration with its unit, such as 90s, 15min or 8h')
  .transform((text) => {
    let ms = 0
    for (const [, number, unit] of text.matchAll(PART))
      ms += Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS]
    return ms
  })
  .meta({ form: 'duration' })

const inOrder = ([from, to]: readonly [number, number]) => from <= to
const ORDER = 'expected a range [least, most]'

/** A duration, or `[20s, 60s]`: drawn anew each time. */
export const DrawnDuration = z
  .union([Duration, z.tuple([Duration, Duration]).readonly().refine(inOrder, ORDER)], {
    error: 'expected a duration such as 90s, or a range such as [20s, 60s]',
  })
  .meta({ form: 'duration or range' })

/** A number, or `[16, 85]`: drawn anew each time. */
export function drawnAmount(min: number, max: number) {
  const amount = z.number().min(min, `expected ${min} to ${max}`).max(max, `expected ${min} to ${max}`)
  return z
    .union([amount, z.tuple([amount, amount]).readonly().refine(inOrder, ORDER)], {
      error: `expected a number from ${min} to ${max}, or a range such as [${min}, ${max}]`,
    })
    .meta({ form: `${min} … ${max} or range` })
}

/** A step of a clock: `+1h`, `-90s`. */
export const SignedDuration = z
  .string('expected a step with its sign, such as +1h or -90s')
  .regex(/^[+-](?:\d+(?:\.\d+)?(?:ms|min|s|h|d))+$/, 'expected a step with its sign, such as +1h or -90s')
  .transform((text) => (text.startsWith('-') ? -1 : 1) * Duration.parse(text.slice(1)))
  .meta({ form: 'duration with sign' })
