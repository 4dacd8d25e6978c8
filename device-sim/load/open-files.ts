/** A connection is an open file; what a process has open besides is less than this. */
const OTHERS = 200

/** How many files this process may have open; Node has raised it as far as the system lets it. */
function openFilesLimit(): number {
  // Otherwise the report looks up names of hosts.
  Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = process.report.getReport() as {
    userLimits?: Record<string, { soft: string | number }>
  }
  const soft = Number(userLimits?.open_files?.soft ?? Number.NaN)
  // 'unlimited', or a system that has no such limit.
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft
}

/** @throws Error where so many connections have no room, with what to do. */
export function checkOpenFiles(connections: number, limit = openFilesLimit()): void {
  if (connections + OTHERS <= limit) return
  throw new Error(
    `${connections} gateways need ${connections + OTHERS} open files, this process may have ${limit}: ` +
      `raise the limit (ulimit -n ${connections + OTHERS}, the hub's too) or take at most ${Math.max(0, limit - OTHERS)} gateways`,
  )
}
