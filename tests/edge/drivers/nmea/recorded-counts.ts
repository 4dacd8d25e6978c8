import { stringify } from 'yaml'
import { decoded, recordedLog, recordedLogs } from './recorded-nmea.ts'

/** What the decoder counts in every recorded log, as kept in golden/recorded-counts.yaml. */
export function recordedCounts(): Record<string, unknown> {
  return Object.fromEntries(
    recordedLogs().map((name) => {
      const { counts, fixes, texts, satellites } = decoded(recordedLog(name))
      const { rejected, ...rest } = counts
      const undated = fixes.filter(({ timeMs }) => timeMs === undefined).length
      const known = satellites.map(({ system, inView, used }) => [
        system,
        `${used ?? '?'} of ${inView ?? '?'}`,
      ])
      return [
        name,
        {
          ...rest,
          undated,
          rejected: { ...rejected },
          texts: texts.length,
          satellitesAtEnd: Object.fromEntries(known),
        },
      ]
    }),
  )
}

export function recordedCountsYaml(): string {
  const head = '# What the decoder counts in each recorded log. `npm run golden` writes this file anew.\n'
  return head + stringify(recordedCounts(), { sortMapEntries: true })
}
