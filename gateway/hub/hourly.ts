const EVERY_MS = 3_600_000

/**
 * Runs `task` after this turn of the event loop and then once an hour. The task looks at `stopped()` between slices, and
 * sees to its own errors.
 * @returns how to stop it; resolves when the run under way has ended.
 */
export function hourly(task: (stopped: () => boolean) => Promise<void>): () => Promise<void> {
  let stopped = false
  let running = Promise.resolve()
  const start = (): void => {
    running = task(() => stopped)
  }
  const first = setImmediate(start)
  const timer = setInterval(start, EVERY_MS)
  return async () => {
    stopped = true
    clearImmediate(first)
    clearInterval(timer)
    await running
  }
}
