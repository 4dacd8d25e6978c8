import { pino } from 'pino'
import pretty from 'pino-pretty'

/** Where a part says what happens to it; one line an event, fields first. */
export type Log = pino.Logger

/** To stderr, so that stdout stays data: readable lines on a terminal, JSON elsewhere. */
export function createLog(level: string = process.env.GRIDPATROL_LOG ?? 'info'): Log {
  const options = { level, base: null }
  if (!process.stderr.isTTY) return pino(options, pino.destination({ dest: 2, sync: true }))
  return pino(options, pretty({ destination: 2, sync: true, colorize: true, ignore: 'pid,hostname' }))
}

/** For tests and one-shot commands. */
export const silentLog = (): Log => pino({ level: 'silent' })
