import type { DataBudget } from '../../../gateway/edge/budget/data-budget.ts'
import { thinFixBatch } from '../../../gateway/edge/budget/thin-fixes.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { CaseReport, Fix, Health, Lane } from '../../../proto/domain.ts'
import { simulatedRide } from '../track/simulated-ride.ts'
import { publishBytes } from './exchange.ts'
import { type SimulatedRecord, SimulatedUplink, STEP_MS } from './simulated-uplink.ts'

/** The records of a patrol, made by the real codec, and a day in which they come. */

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Midnight in China. */
export const MIDNIGHT_MS = Date.UTC(2026, 4, 3, 16)
const LEVELS = [0, 1, 2, 3, 4]
/** As a gateway batches with its defaults: ten seconds of a receiver at 1 Hz. */
export const BATCH = 10
const BATCH_MS = 10_000
const HEALTH_EVERY_MS = 300_000
export const PHOTO_PARTS = 5
const PHOTO_PART_BYTES = 48 * 1024

type Template = Omit<SimulatedRecord, 'madeMs'>

/** One hour's fixes of a simulated e-bike in batches of so many. */
export function hourOfBatches(batch = BATCH): Uint8Array[] {
  const { fixes } = simulatedRide('urban', 1, 3600)
  const bodies: Uint8Array[] = []
  for (let i = 0; i + batch <= fixes.length; i += batch)
    bodies.push(encodeBody({ lane: 'fix', batch: { fixes: fixes.slice(i, i + batch) } }))
  return bodies
}

export function fixTemplate(body: Uint8Array): Template {
  const thinned = LEVELS.map((level) => thinFixBatch(body, level))
  return {
    lane: 'fix',
    bodyBytes: body.length,
    publishBytes: thinned.map((result) => publishBytes('fix', result.body)),
    dropped: thinned.map((result) => result.dropped),
  }
}

function template(lane: Lane, body: Uint8Array): Template {
  const bytes = publishBytes(lane, body)
  return { lane, bodyBytes: body.length, publishBytes: LEVELS.map(() => bytes), dropped: LEVELS.map(() => 0) }
}

const ride: Fix = { timeMs: MIDNIGHT_MS, lat: 31.23, lon: 121.47, quality: 'gps' }
const health: Health = {
  timeMs: MIDNIGHT_MS,
  timeSource: 'gps',
  uptimeS: 40_000,
  version: '0.1.0',
  memoryBytes: 80_000_000,
  ports: [
    {
      name: 'gps',
      path: '/dev/serial/by-id/usb-u-blox_AG_u-blox_GNSS_receiver-if00',
      state: 'open',
      counters: { sentences: 240_000, fixes: 40_000, 'rejected-checksum': 12, 'rejected-no-fix': 340 },
      satellites: [
        { system: 'GPS', inView: 11, used: 8 },
        { system: 'BeiDou', inView: 16, used: 11 },
      ],
    },
  ],
  outbox: { records: 12, bytes: 2000, dropped: {} },
  link: {
    breaks: 3,
    connectedS: 3000,
    acknowledgedMs: 80,
    receiptedMs: 120,
    dataBytes: 400_000,
    budgetBytes: 1_000_000,
    thinning: 1,
    thinnedFixes: 2000,
  },
}
const report: CaseReport = {
  caseId: '00f9r5c5c-0a1b2c3d4e',
  event: 'raised',
  revision: 1,
  fault: 'road_damage',
  episode: 1,
  timeMs: MIDNIGHT_MS,
  raisedMs: MIDNIGHT_MS,
  timeSource: 'gps',
  position: { ...ride, source: 'hand' },
  manual: { note: '机动车道路面破损约两平方米', photos: 1, by: '王芳' },
}

/** Of the other lanes: what one record is. */
export const TEMPLATES = {
  case: template('case', encodeBody({ lane: 'case', report })),
  health: template('health', encodeBody({ lane: 'health', health })),
  reading: template(
    'reading',
    encodeBody({
      lane: 'reading',
      batch: {
        readings: ['tilt_deg', 'water_depth_m', 'gas_lel_pct', 'battery_pct', 'temperature_c'].flatMap(
          (metric, i) =>
            ['3101010103000023', '3101010101000072'].map((component) => ({
              component,
              metric,
              timeMs: MIDNIGHT_MS + i * 700,
              value: 1.25 + i * 17.5,
            })),
        ),
      },
    }),
  ),
  photo: template(
    'photo',
    encodeBody({
      lane: 'photo',
      part: {
        caseId: report.caseId,
        photo: 1,
        part: 1,
        parts: PHOTO_PARTS,
        mediaType: 'image/jpeg',
        bytes: new Uint8Array(PHOTO_PART_BYTES).fill(7),
      },
    }),
  ),
}

export interface DayOptions {
  uplink?: SimulatedUplink
  midnightMs?: number
  fromMs?: number
  toMs?: number
  /** Since midnight. */
  shift?: [fromMs: number, toMs: number]
  /** Cases, each with a photo, at these times since midnight. */
  casesMs?: number[]
  /** After each step; times since midnight. */
  watch?: (sinceMs: number) => void
}

let hour: Template[] | undefined

/** Plays a day, or a part of it, in steps; without a budget there is no link. @returns the uplink with what waits. */
export function playDay(budget: DataBudget | undefined, options: DayOptions = {}): SimulatedUplink {
  hour ??= hourOfBatches().map(fixTemplate)
  const { uplink = new SimulatedUplink(), midnightMs = MIDNIGHT_MS } = options
  const { fromMs = 0, toMs = DAY_MS, shift = [8 * HOUR_MS, 16 * HOUR_MS], casesMs = [], watch } = options
  for (let sinceMs = fromMs; sinceMs < toMs; sinceMs += STEP_MS) {
    const madeMs = midnightMs + sinceMs
    if (casesMs.includes(sinceMs)) {
      uplink.add({ ...TEMPLATES.case, madeMs })
      for (let part = 0; part < PHOTO_PARTS; part++) uplink.add({ ...TEMPLATES.photo, madeMs })
    }
    if (sinceMs % HEALTH_EVERY_MS === 0) uplink.add({ ...TEMPLATES.health, madeMs })
    if (sinceMs >= shift[0] && sinceMs < shift[1] && sinceMs % BATCH_MS === 0)
      uplink.add({ ...hour[(sinceMs / BATCH_MS) % hour.length]!, madeMs })
    if (budget) uplink.step(madeMs, budget)
    watch?.(sinceMs)
  }
  return uplink
}
