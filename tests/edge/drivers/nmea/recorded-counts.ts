import { stringify } from 'yaml'
import { decoded, recordedLog, recordedLogs } from './recorded-nmea.ts'

/** What the decoder counts in every recorded log, as kept in golden/recorded-counts.yaml. */
export function recordedCounts(): Record<string, unknown> {
  return Object.fromEntries(
    recordedLogs().map((name) => {
      const { counts, fixes } = decoded(recordedLog(name))
      const { rejected, ...rest } = counts
      const undated = fixes.filter(({ timeMs }) => timeMs === undefined).length
      return [name, { ...rest, undated, rejected: { ...rejected } }]
    }),
  )
}

export function recordedCountsYaml(): string {
  const head = '# What the decoder counts in each recorded log. `npm run golden` writes this file anew.\n'
  return head + stringify(recordedCounts(), { sortMapEntries: true })
}
