import type protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { dateBody } from '../../../gateway/edge/outbox/date-body.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import {
  CaseReportType,
  FixBatchType,
  HealthType,
  PhotoPartType,
  ReadingBatchType,
} from '../../../proto/codec/schema.ts'
import type { Body, CaseReport, Fix, Health } from '../../../proto/domain.ts'

/** A moment on the gateway's own scale, 30 s after its process began, and what becomes of it. */
const OWN = Date.UTC(1971, 0) + 30_000
const WALL = Date.UTC(2026, 10, 22, 8)
const dating = { shiftMs: WALL - OWN, madeMs: WALL, source: 'gps' } as const
const dated = (body: Body): Body => decodeBody(body.lane, dateBody(body.lane, encodeBody(body), dating))

const report: CaseReport = {
  caseId: '00f9r5c5c-0a1b2c3d4e',
  event: 'updated',
  revision: 2,
  component: '3101010101000001',
  fault: 'cover_tilted',
  episode: 1,
  timeMs: OWN,
  raisedMs: OWN - 5000,
  timeSource: 'estimated',
  position: { lat: 31.23, lon: 121.47, source: 'survey' },
  evidence: {
    metric: 'tilt_deg',
    rule: 'cover_tilted/2',
    raise: 15,
    clear: 8,
    holdMs: 5000,
    samples: [
      { timeMs: OWN - 1000, value: 24 },
      { timeMs: OWN, value: 25 },
    ],
    suppressed: 3,
    context: { flaps: 1 },
    subject: 'tilt_deg',
  },
}
const health: Health = {
  timeMs: OWN,
  timeSource: 'estimated',
  uptimeS: 30,
  version: '0.1.0',
  memoryBytes: 70_000_000,
  ports: [{ name: 'gps', path: '/dev/ttyUSB0', state: 'open', counters: { fixes: 0 } }],
  outbox: { records: 1, bytes: 200, dropped: { reading: 4 } },
}
const fix = (timeMs: number): Fix => ({ timeMs, lat: 31.23, lon: 121.47, speedMps: 4, quality: 'gps' })

test('a case: its time, its raising, its samples, and where the time came from; nothing else', () => {
  expect(dated({ lane: 'case', report })).toEqual({
    lane: 'case',
    report: {
      ...report,
      timeMs: WALL,
      raisedMs: WALL - 5000,
      timeSource: 'gps',
      evidence: {
        ...report.evidence,
        samples: [
          { timeMs: WALL - 1000, value: 24 },
          { timeMs: WALL, value: 25 },
        ],
      },
    },
  })
})

test('a case that was raised when the time was known keeps that moment', () => {
  const body = dated({ lane: 'case', report: { ...report, raisedMs: WALL - 86_400_000 } })
  expect(body).toMatchObject({ report: { timeMs: WALL, raisedMs: WALL - 86_400_000 } })
})

test('a report by hand', () => {
  const { component: _, evidence: __, ...rest } = report
  const byHand = { ...rest, event: 'raised', manual: { note: '路灯不亮\n', photos: 2 } } as const
  expect(dated({ lane: 'case', report: byHand })).toEqual({
    lane: 'case',
    report: { ...byHand, timeMs: WALL, raisedMs: WALL - 5000, timeSource: 'gps' },
  })
})

test('health', () => {
  expect(dated({ lane: 'health', health })).toEqual({
    lane: 'health',
    health: { ...health, timeMs: WALL, timeSource: 'gps' },
  })
})

test('readings of each sensor', () => {
  const readings = [OWN, OWN + 1000, OWN + 61_000].flatMap((timeMs) =>
    ['tilt_deg', 'light_lux'].map((metric) => ({ component: '3101010101000001', metric, timeMs, value: 2 })),
  )
  const body = dated({ lane: 'reading', batch: { timeSource: 'estimated', readings } })
  expect(body).toMatchObject({ batch: { timeSource: 'gps' } })
  const times = body.lane === 'reading' ? body.batch.readings.map(({ timeMs }) => timeMs) : []
  expect(times).toEqual([WALL, WALL + 1000, WALL + 61_000, WALL, WALL + 1000, WALL + 61_000])
})

test('fixes without a date of their own; those with one keep it', () => {
  const fixes = [0, 1000, 2000].map((ms) => fix(OWN + ms))
  expect(dated({ lane: 'fix', batch: { timeSource: 'estimated', fixes } })).toEqual({
    lane: 'fix',
    batch: { timeSource: 'gps', fixes: [0, 1000, 2000].map((ms) => fix(WALL + ms)) },
  })
  // An older gateway's batch does not say where its time is from, and says no more afterwards.
  expect(dated({ lane: 'fix', batch: { fixes } })).not.toHaveProperty('batch.timeSource')
  const own = {
    lane: 'fix',
    batch: { device: 'ebike-02', timeSource: 'system', fixes: [fix(WALL - 90_000)] },
  } as const
  expect(dated({ lane: 'fix', batch: { ...own.batch, fixes: [...own.batch.fixes] } })).toEqual(own)
})

test('a week rollover that could not be seen before is mended; an old recording stays old', () => {
  const weeks1024 = 1024 * 7 * 86_400_000
  expect(dated({ lane: 'fix', batch: { fixes: [fix(WALL - 3000 - weeks1024)] } })).toEqual({
    lane: 'fix',
    batch: { fixes: [fix(WALL - 3000)] },
  })
  const recorded = Date.UTC(2014, 3, 3)
  expect(dated({ lane: 'fix', batch: { fixes: [fix(recorded)] } })).toMatchObject({
    batch: { fixes: [{ timeMs: recorded }] },
  })
})

test('what says the time already is not changed by a byte', () => {
  const now: Body[] = [
    {
      lane: 'case',
      report: { ...report, timeMs: WALL, raisedMs: WALL, evidence: { ...report.evidence!, samples: [] } },
    },
    { lane: 'health', health: { ...health, timeMs: WALL, timeSource: 'system' } },
    { lane: 'fix', batch: { fixes: [fix(WALL), fix(WALL + 1000)] } },
    {
      lane: 'photo',
      part: {
        caseId: report.caseId,
        photo: 1,
        part: 1,
        parts: 1,
        mediaType: 'image/jpeg',
        bytes: Buffer.from('x'),
      },
    },
  ]
  for (const body of now) {
    const bytes = encodeBody(body)
    expect(Buffer.from(dateBody(body.lane, bytes, dating))).toEqual(Buffer.from(bytes))
  }
})

test('every moment that the wire has is dated: a new one must be added here and in date-body.ts', () => {
  const found = new Set<string>()
  const walk = (type: protobuf.Type): void => {
    for (const field of type.fieldsArray) {
      field.resolve()
      if (field.type === 'uint64' && /Ms$/.test(field.name)) found.add(`${type.name}.${field.name}`)
      if (field.resolvedType && 'fieldsArray' in field.resolvedType) walk(field.resolvedType)
    }
  }
  for (const type of [CaseReportType, HealthType, FixBatchType, ReadingBatchType, PhotoPartType]) walk(type)
  expect([...found].toSorted()).toEqual([
    'CaseReport.raisedMs',
    'CaseReport.timeMs',
    'FixBatch.startMs',
    'Health.timeMs',
    'ReadingSeries.startMs',
    'Sample.timeMs',
  ])
})
