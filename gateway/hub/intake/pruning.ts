import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../../foundation/log.ts'
import { hourly } from '../hourly.ts'
import type { IntakeLog } from './intake-log.ts'

const DAY_MS = 86_400_000

/**
 * Deletes from the intake log, once an hour and in small slices, what every cursor is done with and what is
 * older than `keepDays`. A gateway that repeats such a record has it stored again: the track store and the
 * ledger take a record twice without doubling it.
 * @returns how to stop it.
 */
export function keepPruned(
  log: Pick<IntakeLog, 'prune'>,
  cursors: readonly { readonly seen: number }[],
  keepDays: number,
  logger: Log,
): () => Promise<void> {
  return hourly(async (stopped) => {
    try {
      const beforeMs = Date.now() - keepDays * DAY_MS
      while (!stopped() && log.prune(Math.min(...cursors.map(({ seen }) => seen)), beforeMs)) await nextTurn()
    } catch (error) {
      logger.warn({ err: error }, 'intake: old records not deleted; trying again in an hour')
    }
  })
}
