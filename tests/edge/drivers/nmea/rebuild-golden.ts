import { writeFileSync } from 'node:fs'
import { compareWithGpsd } from './gpsd-comparison.ts'
import { compareWithGpsdSky } from './gpsd-sky-comparison.ts'
import { recordedCountsYaml } from './recorded-counts.ts'
import { decoded, gpsdCheck, recordedLog, recordedLogs, recordedLogsMissing } from './recorded-nmea.ts'

/**
 * Writes golden/recorded-counts.yaml anew, and prints the differences from gpsd: golden/gpsd-differences.yaml and
 * golden/gpsd-sky-differences.yaml have their reasons and are edited by hand.
 */

const missing = recordedLogsMissing()
if (missing !== undefined) throw new Error(`${missing}: goldens are made from them`)
writeFileSync(new URL('golden/recorded-counts.yaml', import.meta.url), recordedCountsYaml())
const logs = recordedLogs().filter((name) => name.startsWith('gpsd/'))
let fixes = 0
let agreeing = 0
let skyReports = 0
let skyAgreeing = 0
for (const log of logs) {
  const comparison = compareWithGpsd(decoded(recordedLog(log)).fixes, gpsdCheck(log))
  fixes += comparison.fixes
  agreeing += comparison.agreeing
  for (const { what, at } of comparison.differences) console.log(`${log}: ${what} ${at}`)
  const sky = compareWithGpsdSky(gpsdCheck(log))
  skyReports += sky.reports
  skyAgreeing += sky.agreeing
  for (const { what, system, reports } of sky.differences)
    console.log(`${log}: satellites ${what}, ${system}, ${reports} reports`)
}
console.log(`${logs.length} gpsd logs, ${fixes} fixes compared, ${agreeing} agree`)
console.log(`${skyReports} reports of satellites compared, ${skyAgreeing} agree`)
