import { readFileSync, writeFileSync } from 'node:fs'
import { DataBudget } from '../../../gateway/edge/budget/data-budget.ts'
import { TOLERANCES_M, thinFixBatch } from '../../../gateway/edge/budget/thin-fixes.ts'
import { Plane } from '../../../gateway/edge/track/plane.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { decodeBody } from '../../../proto/codec/codec.ts'
import type { Fix } from '../../../proto/domain.ts'
import { answerBytes, flightBytes, pingBytes, publishBytes } from './exchange.ts'
import {
  DAY_MS,
  HOUR_MS,
  hourOfBatches,
  MIDNIGHT_MS,
  PHOTO_PARTS,
  playDay,
  TEMPLATES,
} from './simulated-day.ts'

/** Writes the tables between the markers of docs/data-budget.md anew; the same in every run. */

const PAGE = new URL('../../../docs/data-budget.md', import.meta.url)
const SHIFT_HOURS = 8
const LEVELS = [0, 1, 2, 3, 4]
const CASES_MS = [9, 10, 11, 12].map((hour) => hour * HOUR_MS)

let page = readFileSync(PAGE, 'utf8')
fill('costs', costs())
fill('levels', levels())
fill('days', days())
writeFileSync(PAGE, page)

function fill(name: string, table: string): void {
  const markers = new RegExp(`(<!-- ${name}: begin -->\n).*(<!-- ${name}: end -->)`, 's')
  if (!markers.test(page)) throw new Error(`${PAGE.pathname}: no line <!-- ${name}: begin --> with its end`)
  page = page.replace(markers, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`)
}

/** What a day costs as it is: each record goes when it is made. */
function costs(): string {
  const alone = (publish: number, tls: boolean) => flightBytes(publish, tls) + answerBytes(1, tls)
  const shift = (batch: number) => (tls: boolean) =>
    SHIFT_HOURS * hourOfBatches(batch).reduce((sum, body) => sum + alone(publishBytes('fix', body), tls), 0)
  const often = (times: number, bytes: number) => (tls: boolean) => times * alone(bytes, tls)
  const bytesOf = (lane: keyof typeof TEMPLATES) => TEMPLATES[lane].publishBytes[0]!
  const photo = (tls: boolean) =>
    flightBytes(PHOTO_PARTS * bytesOf('photo'), tls) + answerBytes(PHOTO_PARTS, tls)
  const pings = (everyS: number) => (tls: boolean) => (86_400 / everyS) * pingBytes(tls)
  const rows: [string, (tls: boolean) => number][] = [
    ['8 h of an e-bike at 1 Hz, 10 fixes a batch (`batch.maxDelayMs: 10000`)', shift(10)],
    ['the same, 30 fixes a batch (`maxDelayMs: 30000`)', shift(30)],
    ['the same, 60 fixes a batch (`maxFixes: 60`, `maxDelayMs: 60000`)', shift(60)],
    ['health every 5 min, 24 h', often(288, bytesOf('health'))],
    ['manhole gateway: 10 sensors every 60 s, 24 h', often(1440, bytesOf('reading'))],
    ['the same every 15 min', often(96, bytesOf('reading'))],
    ['a case', often(1, bytesOf('case'))],
    ['a photo of 240 kB', photo],
    ['24 h of an idle connection, keepalive 30 s', pings(30)],
    ['the same, keepalive 240 s', pings(240)],
  ]
  return table(
    ['what', 'kB', 'kB with TLS'],
    rows.map(([what, bytes]) => [what, kB(bytes(false)), kB(bytes(true))]),
  )
}

/** What each level leaves of an hour of the ride. */
function levels(): string {
  return table(
    ['level', 'within', 'batch', 'fixes kept', 'bytes a fix of the receiver', 'error median, 95 %, max'],
    [10, 30].flatMap((batch) => LEVELS.map((level) => levelRow(hourOfBatches(batch), batch, level))),
  )
}

function levelRow(bodies: Uint8Array[], batch: number, level: number): string[] {
  const errors: number[] = []
  let bytes = 0
  let kept = 0
  for (const body of bodies) {
    const thinned = thinFixBatch(body, level).body
    bytes += thinned.length
    const keptFixes = fixesOf(thinned)
    kept += keptFixes.length
    errors.push(...errorsM(fixesOf(body), keptFixes))
  }
  errors.sort((a, b) => a - b)
  const at = (share: number) => errors[Math.floor(share * (errors.length - 1))]!.toFixed(1)
  const fixes = bodies.length * batch
  return [
    String(level),
    level === 0 ? '–' : `${TOLERANCES_M[level - 1]} m`,
    String(batch),
    `${((100 * kept) / fixes).toFixed(0)} %`,
    (bytes / fixes).toFixed(1),
    level === 0 ? '–' : `${at(0.5)}, ${at(0.95)}, ${at(1)} m`,
  ]
}

/** Of each fix left out: how far it was from where the kept ones say at its time. */
function errorsM(all: Fix[], kept: Fix[]): number[] {
  const errors: number[] = []
  let next = 0
  for (const fix of all) {
    const to = kept[next]!
    if (fix.timeMs === to.timeMs) {
      next++
      continue
    }
    const from = kept[next - 1]!
    const share = (fix.timeMs - from.timeMs) / (to.timeMs - from.timeMs)
    const lat = from.lat + (to.lat - from.lat) * share
    const lon = from.lon + (to.lon - from.lon) * share
    errors.push(new Plane({ lat, lon }).distanceM(fix))
  }
  return errors
}

function fixesOf(body: Uint8Array): Fix[] {
  const decoded = decodeBody('fix', body)
  if (decoded.lane !== 'fix') throw new Error(`a batch of lane ${decoded.lane}`)
  return decoded.batch.fixes
}

/** What becomes of one day under several budgets. */
function days(): string {
  const rows = [undefined, 20, 5, 2, 1, 0.5, 0.2].map((mbADay) => {
    const budget = new DataBudget({
      bytesADay: mbADay === undefined ? undefined : mbADay * 1e6,
      log: silentLog(),
    })
    const reached: string[] = []
    let highest = 0
    const uplink = playDay(budget, {
      casesMs: CASES_MS,
      watch: (sinceMs) => {
        const { thinning } = budget.state(MIDNIGHT_MS + sinceMs)
        if (thinning <= highest) return
        highest = thinning
        const minutes = Math.floor((sinceMs % HOUR_MS) / 60_000)
        reached.push(`${thinning} at ${Math.floor(sinceMs / HOUR_MS)}:${String(minutes).padStart(2, '0')}`)
      },
    })
    const { dataBytes, thinnedFixes } = budget.state(MIDNIGHT_MS + DAY_MS - 1)
    const { fix, photo, case: cases } = uplink.sent
    return [
      mbADay === undefined ? 'none' : `${mbADay} MB`,
      `${(dataBytes / 1e6).toFixed(2)} MB`,
      reached.join(', ') || '0',
      `${cases.records} of 4`,
      `${photo.records} of ${photo.records + uplink.waiting('photo')}`,
      `${((100 * fix.records) / (fix.records + uplink.waiting('fix'))).toFixed(0)} %`,
      fix.records === 0 ? '–' : lateness(fix.slowestMs),
      `${((100 * thinnedFixes) / (fix.records * 10 || 1)).toFixed(0)} %`,
    ]
  })
  return table(
    [
      'budget',
      'used',
      'levels',
      'cases sent',
      'parts of photos sent',
      'batches sent',
      'latest of them after',
      'of their fixes left out',
    ],
    rows,
  )
}

function lateness(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`
  return ms < HOUR_MS ? `${Math.round(ms / 60_000)} min` : `${(ms / HOUR_MS).toFixed(1)} h`
}

function kB(bytes: number): string {
  return bytes < 10_000 ? (bytes / 1000).toFixed(2) : (bytes / 1000).toFixed(0)
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
