import { z } from 'zod'
import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import { DrawnDuration, Duration } from './quantities.ts'

/** What every happening has, whatever happens: when, to whom, how often, and the author's label. */

const FAULT_NAMES = CATALOGUE.faultNamesKnown()
const FaultName = z.string().refine((name) => FAULT_NAMES.includes(name), {
  error: ({ input }) => `'${String(input)}' is no fault kind: expected one of ${FAULT_NAMES.join(', ')}`,
})
const FaultNames = z
  .union([FaultName.transform((name) => [name]), z.array(FaultName).min(1)])
  .meta({ form: 'fault kind, or a list' })

const Number1 = z.int('expected the number of a component, from 1').min(1)

/** Of every happening. */
export const COMMON = {
  at: DrawnDuration.describe('from the start of the scenario to the first occurrence'),
  device: z
    .union([z.string(), z.array(z.string()).min(1)])
    .meta({ form: 'id, or a list' })
    .describe('whom it happens to'),
  for: DrawnDuration.optional().describe('how long; absent: see the table, or to the end'),
  times: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('how often; absent: once, or with `every` until the end'),
  every: DrawnDuration.optional().describe('from one occurrence to the next, begin to begin'),
  fault: FaultNames.optional().describe('label: this is a real fault of that kind, and must be raised'),
  trap: FaultNames.optional().describe('label: this must not be taken for a fault of that kind'),
  faultAfter: Duration.optional().describe('the fault is there only so long after the begin; default 0s'),
  faultFor: Duration.optional().describe('and is there for so long; absent: until the end of the happening'),
}

/** Of happenings at components. */
export const AT_COMPONENTS = {
  component: z
    .union([Number1, z.array(Number1).min(1), z.literal('all')])
    .meta({ form: 'number, list, `all`' })
    .describe('which components of the device, from 1'),
  together: z
    .boolean()
    .default(false)
    .describe('all of them at the same moments with the same arguments, instead of each by its own draw'),
}
