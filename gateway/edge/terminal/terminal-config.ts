import { isIP } from 'node:net'
import { z } from 'zod'

/** The page of a patrol terminal, on the gateway itself. */
export const TerminalConfig = z
  .strictObject({
    port: z.int().min(0).max(65_535).default(8088),
    /** Loopback: a browser on the terminal. Another address: phones in the terminal's own network, with the PIN. */
    host: z
      .string()
      .refine((host) => host === 'localhost' || isIP(host) !== 0, 'expected an IP address such as 0.0.0.0')
      .default('127.0.0.1'),
    pin: z
      .string()
      .regex(/^\d{8,12}$/, 'expected 8 to 12 digits in quotes')
      .optional(),
    /** Who reports (采集员), as the case will say. */
    by: z.string().trim().min(1).max(64).optional(),
  })
  .refine(({ host, pin }) => isLoopback(host) || pin !== undefined, {
    path: ['pin'],
    error: 'whoever is in the network could report: expected a pin of 8 to 12 digits, or host: 127.0.0.1',
  })

export type TerminalConfig = z.infer<typeof TerminalConfig>

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
