import { readFileSync, writeFileSync } from 'node:fs'
import type { Fix } from '../../../proto/domain.ts'
import { filtered, type TrackConfig } from './filtered.ts'
import { lengthM, recordedFixes, recordedTrack, recordedTracksMissing } from './recorded-tracks.ts'
import { scoreOf, trueStops, unfiltered } from './score.ts'
import { NOISE_LEVELS, type NoiseLevel, simulatedRide, withWildFixes } from './simulated-ride.ts'

/** Writes the tables between the markers of docs/track-filter.md anew. */

const PAGE = new URL('../../../docs/track-filter.md', import.meta.url)
const MARKERS = /(<!-- score: begin -->\n).*(<!-- score: end -->)/s
const SEED = 1
const SHIFT_S = 8 * 3600

const CONFIGS: Record<string, TrackConfig | undefined> = {
  'no filter': undefined,
  default: {},
  '`keepAliveS: 60`': { standing: { keepAliveS: 60 } },
  '`sampling: {}`': { sampling: {} },
}
const RECORDED: [name: string, what: string][] = [
  ['signalk/gps.log', 'receiver log, 20 min, mostly at rest'],
  ['activity_6234161353.gpx', 'bicycle, 1.6 h, no told speeds'],
  ['activity_7371775190.gpx', 'run, no told speeds'],
]

const missing = recordedTracksMissing()
if (missing !== undefined) throw new Error(`${missing}: the tables are made from them, too`)
const page = readFileSync(PAGE, 'utf8')
if (!MARKERS.test(page))
  throw new Error(`${PAGE.pathname}: no line <!-- score: begin --> before <!-- score: end -->`)
writeFileSync(
  PAGE,
  page.replace(MARKERS, (_, begin: string, end: string) => `${begin}\n${tables().join('\n\n')}\n\n${end}`),
)

function tables(): string[] {
  const drawn: string[][] = []
  const seen: string[][] = []
  const wild: string[][] = []
  for (const level of Object.keys(NOISE_LEVELS) as NoiseLevel[]) {
    const ride = simulatedRide(level, SEED, SHIFT_S)
    for (const [name, config] of Object.entries(CONFIGS)) {
      const score = scoreOf(ride, config ? filtered(ride.fixes, config) : unfiltered(ride))
      const { hub, keptErrorM, droppedErrorM } = score
      drawn.push([
        level,
        name,
        share(score.kept),
        (score.bytesAnHour / 1000).toFixed(0),
        signed(score.lengthError),
        signed(score.movingError),
        score.driftMAnHour.toFixed(0),
        share(score.standingThinned),
        `${score.departuresIn3S}/${score.departures}`,
        `${score.slowestDepartureS.toFixed(0)} s`,
      ])
      seen.push([
        level,
        name,
        signed(hub.distanceError),
        `${hub.stops} of ${trueStops(ride)}`,
        String(hub.gaps),
        share(hub.coverage),
        `${keptErrorM.median.toFixed(1)}, ${keptErrorM.p95.toFixed(1)}`,
        droppedErrorM ? `${droppedErrorM.median.toFixed(1)}, ${droppedErrorM.p95.toFixed(1)}` : '–',
      ])
    }
    const mixed = withWildFixes(ride.fixes, SEED)
    const { kept, counts } = filtered(mixed.fixes, { standing: { enabled: false } })
    const wildKept = kept.filter((fix) => mixed.wild.has(fix)).length
    const goodRejected = mixed.fixes.length - kept.length - (mixed.wild.size - wildKept)
    wild.push([level, mixed.wild.size, wildKept, goodRejected, counts.relocations ?? 0].map(String))
  }
  return [
    table(
      [
        'receiver',
        'filter',
        'kept',
        'kB/h',
        'length',
        'length moving',
        'drift m/h',
        'standing thinned',
        'departures in 3 s',
        'slowest',
      ],
      drawn,
    ),
    table(
      [
        'receiver',
        'filter',
        "hub's distance",
        "hub's stops",
        "hub's gaps",
        "hub's coverage",
        'error kept m',
        'error not kept m',
      ],
      seen,
    ),
    table(['receiver', 'wild fixes', 'of them kept', 'good ones rejected', 'relocations'], wild),
    table(
      [
        'recording',
        'what',
        'fixes',
        'length m',
        'default: kept',
        'length m',
        '`sampling: {}`: kept',
        'length m',
      ],
      RECORDED.map(recordedRow),
    ),
  ]
}

function recordedRow([name, what]: [string, string]): string[] {
  const fixes = name.endsWith('.gpx') ? recordedTrack(name) : recordedFixes(name)
  const cells = (kept: Fix[]) => [String(kept.length), lengthM(kept).toFixed(0)]
  return [
    `\`${name}\``,
    what,
    ...cells(fixes),
    ...cells(filtered(fixes).kept),
    ...cells(filtered(fixes, { sampling: {} }).kept),
  ]
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i < 2 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)} %`
}
