import { z } from 'zod'
import { MISHAP_RULES, type Mishaps, NO_MISHAPS } from '../ebike/mishaps.ts'
import { withDefaults } from '../ebike/option-rules.ts'
import { DEFAULT_NOISE, NOISE_RULES, type ReceiverNoise } from '../ebike/receiver.ts'
import { type ReceiverOptions, receiverOptions } from '../ebike/receiver-options.ts'
import type { Surroundings } from '../ebike/surroundings.ts'

/**
 * The options of simulated receivers as a scenario file has them: handed on as they are, and judged by the ride's own
 * rules. What they mean stands in docs/simulator.md, under e-bikes.
 */

/** @param refuse throws RangeError, `noise.sigmaM: found -1, expected …`, where they cannot be. */
function optionsOf<Options>(refuse: (given: Partial<Options>) => unknown) {
  return z
    .custom<Partial<Options>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      {
        error: 'expected options by name',
      },
    )
    .check(({ value, issues }) => {
      try {
        refuse(value)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        const [path = '', ...message] = error.message.split(': ')
        // The first part names the group, which the file's own path does too.
        const inside = path
          .split(/[.[\]]+/)
          .slice(1)
          .filter((part) => part !== '')
          .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
        issues.push({ code: 'custom', input: value, path: inside, message: message.join(': ') })
      }
    })
    .optional()
    .meta({ form: 'options' })
}

export const RECEIVER_SETTINGS = {
  noise: optionsOf<ReceiverNoise>((given) =>
    withDefaults('noise', DEFAULT_NOISE, NOISE_RULES, given),
  ).describe('what differs from the default noise'),
  receiver: optionsOf<ReceiverOptions>(receiverOptions).describe('what kind of receiver it is'),
  mishaps: optionsOf<Mishaps>((given) => withDefaults('mishaps', NO_MISHAPS, MISHAP_RULES, given)).describe(
    'what the cable does to the bytes',
  ),
}

/** Tunnels name streets of the district: they are judged when the ride begins. */
export const SurroundingsSettings = optionsOf<Surroundings>(() => undefined).describe(
  'canyons, underpasses and tunnels',
)
