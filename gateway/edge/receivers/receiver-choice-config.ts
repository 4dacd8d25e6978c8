import { z } from 'zod'

/** `receivers:` of an edge's configuration, and what a port says of its place among them. */

export const ReceiverChoiceConfig = z.strictObject({
  /** So long without a usable fix, and the next receiver takes over. */
  failoverAfterS: z.number().min(1).max(3600).default(5),
  /** A preferred receiver is taken back when it has given fixes for so long without a break. */
  returnAfterS: z.number().min(1).max(86_400).default(30),
  /** Receivers of one device that are further apart than this … */
  disagreeM: z.number().min(1).max(100_000).default(100),
  /** … for so long are told of. */
  disagreeAfterS: z.number().min(1).max(86_400).default(30),
})

export type ReceiverChoiceRules = z.output<typeof ReceiverChoiceConfig>

/** Of the receivers of one device the lowest is preferred; of equals the one that stands first in the file. */
export const ReceiverPriority = z.int().min(1).max(100).default(1)

/** What of an NMEA port the choice goes by. */
export interface ReceiverPort {
  name: string
  /** Whose track it is; default: the gateway's own. */
  device?: string | undefined
  priority: number
}

/**
 * A receiver that speaks more seldom than the others wait for it would be left for another after each fix. Says so for
 * the port at that place, key `receiver.rateHz`; empty where all is well.
 */
export function failoverMistakes(
  ports: readonly (ReceiverPort & { receiver?: { rateHz?: number | undefined } | undefined })[],
  gateway: string,
  { failoverAfterS }: ReceiverChoiceRules,
): { port: string; message: string }[] {
  const leastHz = 2 / failoverAfterS
  return ports.flatMap(({ name, device = gateway, receiver }) => {
    const rateHz = receiver?.rateHz
    const shared = ports.filter((other) => (other.device ?? gateway) === device).length > 1
    if (!shared || rateHz === undefined || rateHz >= leastHz) return []
    const message = `found ${rateHz}, but ${device} is given to another receiver after ${failoverAfterS} s: expected at least ${leastHz}, or a longer receivers.failoverAfterS`
    return [{ port: name, message }]
  })
}
