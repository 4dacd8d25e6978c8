import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeBody,
  decodeEnvelope,
  decodePresence,
  decodeReceipt,
  encodeBody,
  encodeEnvelope,
  encodePresence,
  encodeReceipt,
  MAX_PAYLOAD_BYTES,
} from '../../proto/codec/codec.ts'
import { encodeColumn } from '../../proto/codec/columns.ts'
import { DecodeError } from '../../proto/codec/decode-error.ts'
import { CaseReportType, EnvelopeType, FixBatchType, PhotoPartType } from '../../proto/codec/schema.ts'
import {
  type CaseReport,
  type Fix,
  LANES,
  MAX_NOTE_LENGTH,
  MAX_PHOTO_PART_BYTES,
  MAX_PHOTO_PARTS,
  MAX_PHOTOS,
  type ManualReport,
  PHOTO_TYPES,
  type PhotoPart,
  QUALITIES,
  type Quality,
} from '../../proto/domain.ts'
import { MESSAGES } from './messages.ts'

const NAME = { gateway: 'ebike-01', boot: '0123456789ab', sequence: 42 }

describe.each(MESSAGES)('$name', ({ body }) => {
  test('comes back as it was, to the wire’s resolution', () => {
    expect(roundedBody(decodeBody(body.lane, encodeBody(body)))).toEqual(roundedBody(body))
  })

  test('has the golden bytes of the contract', () => {
    const envelope = encodeEnvelope({ ...NAME, lane: body.lane, body: encodeBody(body) })
    expect(Buffer.from(envelope).toString('hex')).toMatchSnapshot()
  })

  test('is refused when any one byte of it is changed or cut off', () => {
    const bytes = encodeEnvelope({ ...NAME, lane: body.lane, body: encodeBody(body) })
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeEnvelope(bytes.subarray(0, length)), `cut to ${length}`).toThrow(DecodeError)
    // The checksum guards the body; a change before it may name another gateway, and that is a valid name.
    for (let i = bytes.length - encodeBody(body).length; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes)
      changed[i]! ^= 0x10
      expect(() => decodeEnvelope(changed), `byte ${i}`).toThrow(DecodeError)
    }
  })
})

test('a batch of 30 fixes costs at most 9 bytes a fix, its envelope included', () => {
  const { body } = MESSAGES[0]!
  expect(encodeEnvelope({ ...NAME, lane: 'fix', body: encodeBody(body) }).length / 30).toBeLessThanOrEqual(9)
})

const arbitraryFix: fc.Arbitrary<Fix> = fc.record(
  {
    timeMs: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 12) }),
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    altM: fc.double({ min: -500, max: 9000, noNaN: true }),
    speedMps: fc.double({ min: 0, max: 900, noNaN: true }),
    courseDeg: fc.double({ min: 0, max: 359.99, noNaN: true }),
    hdop: fc.double({ min: 0, max: 99.99, noNaN: true }),
    satellites: fc.nat({ max: 60 }),
    quality: fc.constantFrom(...(QUALITIES.slice(1) as Quality[])),
    accuracyM: fc.double({ min: 0, max: 5000, noNaN: true }),
  },
  { requiredKeys: ['timeMs', 'lat', 'lon'] },
)

test('any fixes survive the wire: values to its resolution, absent values absent', () => {
  fc.assert(
    fc.property(fc.array(arbitraryFix, { minLength: 1, maxLength: 80 }), (fixes) => {
      const body = { lane: 'fix', batch: { fixes } } as const
      expect(roundedBody(decodeBody('fix', encodeBody(body)))).toEqual(roundedBody(body))
    }),
  )
})

test('any bytes are either decoded or refused with a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...LANES), (bytes, lane) => {
      for (const decode of [
        () => decodeBody(lane, bytes),
        () => decodeEnvelope(bytes),
        () => decodeReceipt(bytes),
      ])
        try {
          decode()
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
    }),
    { numRuns: 2000 },
  )
})

test('any damage to a good batch is either decoded within its limits or refused', () => {
  const good = encodeBody(MESSAGES[1]!.body)
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const damaged = Uint8Array.from(good)
      damaged[at] = byte
      try {
        const body = decodeBody('fix', damaged)
        if (body.lane !== 'fix') throw new Error('another lane')
        for (const fix of body.batch.fixes) {
          expect(Math.abs(fix.lat)).toBeLessThanOrEqual(90)
          expect(Math.abs(fix.lon)).toBeLessThanOrEqual(180)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }),
    { numRuns: 2000 },
  )
})

describe('limits', () => {
  const envelope = (fields: object) => EnvelopeType.encode(EnvelopeType.fromObject(fields)).finish()
  const batch = (fields: object) => FixBatchType.encode(FixBatchType.fromObject(fields)).finish()
  const good = { gateway: 'e', boot: Buffer.alloc(6), sequence: 1, lane: 3 }

  test.each([
    ['nothing at all', () => decodeEnvelope(new Uint8Array()), /envelope gateway: empty/],
    ['too large', () => decodeEnvelope(new Uint8Array(MAX_PAYLOAD_BYTES + 1)), /65537 bytes, at most 65536/],
    [
      'an evil gateway',
      () => decodeEnvelope(envelope({ ...good, gateway: '../x' })),
      /envelope gateway: "..\/x"/,
    ],
    [
      'a short boot',
      () => decodeEnvelope(envelope({ ...good, boot: Buffer.alloc(5) })),
      /5 bytes, expected 6/,
    ],
    ['no sequence', () => decodeEnvelope(envelope({ ...good, sequence: 0 })), /counted from 1/],
    ['no such lane', () => decodeEnvelope(envelope({ ...good, lane: 9 })), /envelope lane 9/],
    [
      'a million fixes from no bytes',
      () => decodeBody('fix', batch({ count: 1e6, startMs: 1.79e12 })),
      /at most 3600/,
    ],
    [
      'more values than fixes',
      () => decodeBody('fix', batch({ count: 1, startMs: 1.79e12, latE7: encodeColumn([1, 2], 2) })),
      /more values than its 1 fixes/,
    ],
    [
      'a latitude of 91',
      () => decodeBody('fix', batch({ count: 1, startMs: 1.79e12, latE7: encodeColumn([910000000], 2) })),
      /latitude 91/,
    ],
    [
      'a time of 1980',
      () => decodeBody('fix', batch({ count: 1, startMs: 315964800000 })),
      /between 2000 and 2100/,
    ],
    [
      'a quality of 99',
      () => decodeBody('fix', batch({ count: 1, startMs: 1.79e12, quality: encodeColumn([99], 1) })),
      /quality: 99/,
    ],
    [
      'a bitmap of the wrong size',
      () =>
        decodeBody(
          'fix',
          batch({ count: 9, startMs: 1.79e12, absent: [{ field: 7, bitmap: Buffer.alloc(1) }] }),
        ),
      /bitmap of 1 bytes for 9/,
    ],
  ])('%s is refused', (_, decode, message) => {
    expect(decode).toThrow(DecodeError)
    expect(decode).toThrow(message)
  })

  test.each([
    ['no fixes', { fixes: [] }, /at least one fix/],
    [
      'a latitude that is no number',
      { fixes: [{ timeMs: 1.79e12, lat: Number.NaN, lon: 0 }] },
      /latitude NaN/,
    ],
    [
      'a span of a month',
      {
        fixes: [
          { timeMs: 1.79e12, lat: 0, lon: 0 },
          { timeMs: 1.79e12 + 2.6e9, lat: 0, lon: 0 },
        ],
      },
      /apart in one batch/,
    ],
  ])('encoding %s is refused', (_, batch, message) => {
    expect(() => encodeBody({ lane: 'fix', batch })).toThrow(message)
  })
})

describe('a reading batch', () => {
  const reading = {
    component: '3101010101000001',
    metric: 'tilt_deg',
    timeMs: Date.UTC(2026, 4, 1),
    value: 1,
  }
  test.each([
    ['with no readings', [], /at least one reading/],
    ['with a value that is no number', [{ ...reading, value: Number.NaN }], /tilt_deg: NaN is no number/],
    [
      'with more series than the hub takes',
      Array.from({ length: 257 }, (_, i) => ({ ...reading, metric: `m${i}` })),
      /257 series in a batch, at most 256/,
    ],
  ])('%s is refused', (_, readings, message) => {
    expect(() => encodeBody({ lane: 'reading', batch: { readings } })).toThrow(message)
  })
})

const BY_HAND: CaseReport = {
  caseId: '0mo7xu800-5f6a7b8c9d',
  event: 'raised',
  revision: 1,
  fault: 'exposed_rubbish',
  episode: 1,
  timeMs: 1.79e12,
  raisedMs: 1.79e12,
  timeSource: 'system',
  manual: { note: 'two bags', photos: 1 },
}
const BY_SENSOR = MESSAGES.flatMap(({ body }) =>
  body.lane === 'case' && body.report.evidence ? [body.report] : [],
)[0]!

describe('a report by hand', () => {
  const arbitraryNote = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((note) => !/[^\P{Cc}\n]|\ufffd/u.test(note))

  test('any note, number of photos and reporter survive the wire', () => {
    const arbitraryManual: fc.Arbitrary<ManualReport> = fc.record(
      {
        note: arbitraryNote,
        photos: fc.nat({ max: MAX_PHOTOS }),
        by: arbitraryNote.filter((by) => by !== '' && by.length <= 64 && !by.includes('\n')),
      },
      { requiredKeys: ['note', 'photos'] },
    )
    fc.assert(
      fc.property(arbitraryManual, (manual) => {
        const body = { lane: 'case', report: { ...BY_HAND, manual } } as const
        expect(decodeBody('case', encodeBody(body))).toEqual(body)
      }),
    )
  })

  const manual = (changes: object): object => ({ ...BY_HAND, manual: { ...BY_HAND.manual, ...changes } })

  /** What both sides refuse: the gateway before it keeps the report, the hub whoever sent it. */
  const REFUSED: [string, object, RegExp][] = [
    ['neither evidence nor a manual report', { ...BY_HAND, manual: undefined }, /manual|case component/],
    ['both', { ...BY_SENSOR, manual: BY_HAND.manual }, /expected (one|either)/],
    ['no component and no manual report', { ...BY_SENSOR, component: undefined }, /component/],
    ['a component that is none', { ...BY_HAND, component: '31010101' }, /expected 16 digits/],
    [
      'a note too long',
      manual({ note: 'x'.repeat(MAX_NOTE_LENGTH + 1) }),
      /case note: 501 characters, at most 500/,
    ],
    ['a bell in the note', manual({ note: 'a\u0007' }), /case note: control characters/],
    ['an escape in the note', manual({ note: '\u001b[2J' }), /case note: control characters/],
    ['half a character in the note', manual({ note: 'a\ud83d' }), /broken UTF-8|encoded data was not valid/],
    ['ten photos', manual({ photos: 10 }), /number of photos: 10, expected 0 to 9/],
    ['a reporter of two lines', manual({ by: 'a\nb' }), /reporter: control characters/],
    ['a reporter too long', manual({ by: 'x'.repeat(65) }), /reporter: 65 characters, at most 64/],
  ]

  test.each(REFUSED)('%s is refused by the gateway', (_, report, message) => {
    const encode = () => encodeBody({ lane: 'case', report: report as CaseReport })
    expect(encode).toThrow(RangeError)
    expect(encode).toThrow(message)
  })

  test.each(REFUSED)('%s is refused by the hub', (_, report, message) => {
    // Numbers of the wire instead of names; everything else as it is.
    const wire = { ...report, event: 1, timeSource: 2, position: undefined }
    const bytes = CaseReportType.encode(CaseReportType.fromObject(wire)).finish()
    expect(() => decodeBody('case', bytes)).toThrow(DecodeError)
    expect(() => decodeBody('case', bytes)).toThrow(message)
  })

  test.each([-1, 1.5, Number.NaN])('%d photos are refused by the gateway', (photos) => {
    const report = manual({ photos }) as CaseReport
    expect(() => encodeBody({ lane: 'case', report })).toThrow(/number of photos/)
  })
})

describe('a part of a photo', () => {
  const PART: PhotoPart = {
    caseId: BY_HAND.caseId,
    photo: 1,
    part: 1,
    parts: 2,
    mediaType: 'image/jpeg',
    bytes: Uint8Array.of(0xff),
  }

  test('any part survives the wire, and the largest one fits into an envelope', () => {
    const arbitraryPart: fc.Arbitrary<PhotoPart> = fc
      .record({
        caseId: fc.stringMatching(/^[0-9a-z]{9}-[0-9a-z]{10}$/),
        photo: fc.integer({ min: 1, max: MAX_PHOTOS }),
        part: fc.integer({ min: 1, max: MAX_PHOTO_PARTS }),
        more: fc.nat(MAX_PHOTO_PARTS),
        mediaType: fc.constantFrom(...PHOTO_TYPES),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      })
      .map(({ more, ...part }) => ({ ...part, parts: Math.min(part.part + more, MAX_PHOTO_PARTS) }))
    fc.assert(
      fc.property(arbitraryPart, (part) => {
        const body = { lane: 'photo', part } as const
        expect(decodeBody('photo', encodeBody(body))).toEqual(body)
      }),
    )
    const full = encodeBody({ lane: 'photo', part: { ...PART, bytes: new Uint8Array(MAX_PHOTO_PART_BYTES) } })
    expect(encodeEnvelope({ ...NAME, lane: 'photo', body: full }).length).toBeLessThan(MAX_PAYLOAD_BYTES)
  })

  const TYPE_NUMBERS: Record<string, number> = { 'image/jpeg': 1, 'image/gif': 4, '': 0 }

  const REFUSED: [string, object, RegExp][] = [
    ['the part after the last', { part: 3 }, /number of the part: 3, expected 1 to 2/],
    ['part 0', { part: 0 }, /number of the part: 0/],
    ['photo 0', { photo: 0 }, /number of the photo: 0, expected 1 to 9/],
    ['a tenth photo', { photo: 10 }, /number of the photo: 10/],
    ['no parts', { parts: 0 }, /photo parts: 0, expected 1 to 64/],
    ['65 parts', { parts: 65 }, /photo parts: 65/],
    ['no bytes', { bytes: new Uint8Array() }, /photo bytes/],
    [
      'too many bytes',
      { bytes: new Uint8Array(MAX_PHOTO_PART_BYTES + 1) },
      /photo part of 49153 bytes, at most 49152/,
    ],
    ['another media type', { mediaType: 'image/gif' }, /photo type/],
    ['no media type', { mediaType: '' }, /photo type/],
    ['a case id that is none', { caseId: '../../etc' }, /photo of case "..\/..\/etc"/],
  ]

  test.each(REFUSED)('%s is refused by the gateway', (_, changes, message) => {
    const encode = () => encodeBody({ lane: 'photo', part: { ...PART, ...changes } })
    expect(encode).toThrow(RangeError)
    expect(encode).toThrow(message)
  })

  test.each(REFUSED)('%s is refused by the hub', (_, changes, message) => {
    const { bytes, mediaType, ...rest } = { ...PART, ...changes }
    const wire = PhotoPartType.encode(
      PhotoPartType.fromObject({ ...rest, type: TYPE_NUMBERS[mediaType], content: bytes }),
    ).finish()
    expect(() => decodeBody('photo', wire)).toThrow(DecodeError)
    expect(() => decodeBody('photo', wire)).toThrow(message)
  })
})

test('receipts and presence come back as they were', () => {
  const receipt = { boot: 'ffeeddccbbaa', sequences: [1, 2, 4_000_000_000] }
  expect(decodeReceipt(encodeReceipt(receipt))).toEqual(receipt)
  const presence = { online: true, boot: 'ffeeddccbbaa', timeMs: Date.UTC(2026, 1, 2), version: '0.1.0' }
  expect(decodePresence(encodePresence(presence))).toEqual(presence)
})

/** Values as the wire keeps them, so that both sides of a round trip can be compared. */
function roundedBody(body: ReturnType<typeof decodeBody>): unknown {
  if (body.lane !== 'fix') return body
  const { fixes, ...rest } = body.batch
  const round = (value: number | undefined, digits: number) =>
    value === undefined ? undefined : Math.round(value * 10 ** digits) / 10 ** digits + 0
  return {
    ...rest,
    fixes: fixes.map((fix) => ({
      ...fix,
      lat: round(fix.lat, 7),
      lon: round(fix.lon, 7),
      altM: round(fix.altM, 2),
      speedMps: round(fix.speedMps, 2),
      courseDeg: fix.courseDeg === undefined ? undefined : round(fix.courseDeg, 2)! % 360,
      hdop: round(fix.hdop, 2),
      accuracyM: round(fix.accuracyM, 2),
    })),
  }
}
