import type { Log } from '../foundation/log.ts'

/** Resolves at the first SIGINT or SIGTERM, or after `maxMs`; a second signal ends the process at once. */
export function untilAskedToStop(log: Log, maxMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = maxMs === undefined ? undefined : setTimeout(() => stop('time is up'), maxMs)
    const stop = (reason: NodeJS.Signals | 'time is up'): void => {
      log.info({ reason }, 'stopping')
      clearTimeout(timer)
      for (const name of ['SIGINT', 'SIGTERM'] as const) {
        process.off(name, stop)
        process.once(name, () => process.exit(1))
      }
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
