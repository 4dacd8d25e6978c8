import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NmeaDecoder } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { casicFrame, rtcmFrame, ubxFrame, wholeFramesIn } from './frame-writer.ts'
import { bytesOf, ggaAndRmc, sentence } from './nmea-writer.ts'
import { decoded } from './recorded-nmea.ts'

/** Receivers mix their own protocols into the line: nothing of that is a fix, and no sentence is lost by it. */

const DAY_MS = Date.UTC(2026, 4, 1)
const epoch = (second: number): string[] =>
  ggaAndRmc({
    timeMs: DAY_MS + second * 1000,
    latE5: 187_000_000 + second,
    lonE5: 728_000_000 + second,
    quality: 1,
    satellites: 9,
    hdopE2: 90,
    altDm: 120,
    knotsE3: 8_000,
    courseE2: 4_500,
  })

/** Whole sentences of other times and places, and pieces of them. */
const lookAlike = fc.oneof(
  fc.integer({ min: 50_000, max: 80_000 }).map((second) => epoch(second).map(sentence).join('')),
  fc.constant(sentence('GNRMC,131415.00,A,4807.03800,N,01131.00000,E,1.0,2.0,020526,,,A')),
  fc.constantFrom(
    '$',
    '*',
    '\r\n',
    '$GPGGA,',
    '$GNRMC,131415.00,A,4807',
    '*5A\r\n',
    '$$$*00',
    '\xb5b',
    '\xba\xce',
    '\xd3\x00',
  ),
)
const payload = fc
  .array(
    fc.oneof(
      lookAlike.map((text) => Buffer.from(text, 'latin1')),
      fc.uint8Array({ maxLength: 60 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts).subarray(0, 1000))
const frameOf = (payload: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.tuple(fc.nat(255), fc.nat(255), payload).map(([classId, id, bytes]) => ubxFrame(classId, id, bytes)),
    fc.tuple(fc.nat(255), fc.nat(255), payload).map(([classId, id, bytes]) => casicFrame(classId, id, bytes)),
    payload.map(rtcmFrame),
  )

const PROPRIETARY = [
  'PUBX,00,131415.00,4807.03800,N,01131.00000,E,56.3,G3,2.1,2.0,0.007,77.52,0.007,,0.92,1.19,0.77,9,0,0',
  'PUBX,03,2,23,-,,,45,010,29,-,,,46,013',
  'PUBX,04,131415.00,020526,113851.00,1196,15D,1930035,-2660.664,43',
  'PAIR062,0,3',
  'PAIR001,062,0',
  'PQTMVER,LC29HAANR01A03S,2022/08/31,13:22:31',
  'PQTMPVT,1,1000,20221225,131415.000,3,09,18,31.12738291,117.26372910,34.212,5.267,3.212,2.928,0.238,4.346,34.12,2.16,4.38,,',
  'PMTK001,314,3',
  'PMTK010,001',
  'PCAS10,0',
  'PCAS66,URANUS5,V2.2.1.0',
  'PSRFTXT,Version',
]
const proprietary = fc.constantFrom(...PROPRIETARY).map((body) => Buffer.from(sentence(body)))
const text = fc.constantFrom(
  '# a comment\r\n',
  '!AIVDM,1,1,,A,13aEOK?P00PD2wVMdLDRhgvL289?,0*26\r\n',
  '\0\0',
  'AT+QGPS=1\r\nOK\r\n',
  '\xff\xfe',
)

const foreign = fc.oneof(
  frameOf(payload),
  proprietary,
  text.map((text) => Buffer.from(text, 'latin1')),
)
/** No sentence in it, whole or begun, so that what is cut off leaves nothing that is one. */
const plainPayload = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => bytes.map((byte) => (byte === 0x24 ? 0 : byte)))
const cutFrame = fc
  .tuple(frameOf(plainPayload), fc.nat())
  .map(([frame, length]) => frame.subarray(0, length % frame.length))
const brokenFrame = fc.tuple(frameOf(plainPayload), fc.nat()).map(([frame, place]) => {
  const broken = Buffer.from(frame)
  const at = broken.length - 1 - (place % 2)
  broken[at] = (broken[at]! + 1) % 256 === 0x24 ? 0 : (broken[at]! + 1) % 256
  return broken
})

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 })

/** Sentences of some epochs, and before each of them what is given in its turn. */
function interleaved(between: Buffer[][]): { alone: Buffer; mixed: Buffer } {
  const sentences = between.flatMap((_, second) => epoch(second)).map((body) => Buffer.from(bytesOf(body)))
  return {
    alone: Buffer.concat(sentences),
    mixed: Buffer.concat(sentences.flatMap((bytes, place) => [...between[place >> 1]!, bytes])),
  }
}

describe('sentences among other things', () => {
  const turns = (piece: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer[][]> =>
    fc.array(fc.array(piece, { maxLength: 3 }), { minLength: 1, maxLength: 8 })

  it.each([
    ['whole frames with anything in them, proprietary sentences, text', foreign],
    ['frames that are cut', cutFrame],
    ['frames with a wrong checksum', brokenFrame],
    ['all of these', fc.oneof(foreign, cutFrame, brokenFrame)],
  ])('%s: exactly the fixes of the sentences', (_, piece) => {
    fc.assert(
      fc.property(turns(piece.map((bytes) => Buffer.from(bytes))), sizes, (between, sizes) => {
        const { alone, mixed } = interleaved(between)
        // With the first bytes of what follows, a cut frame may by chance be a whole one: that is not to be known.
        fc.pre(wholeFramesIn(mixed) === between.flat().reduce((sum, each) => sum + wholeFramesIn(each), 0))
        const expected = decoded(alone).fixes
        expect(expected).toHaveLength(between.length)
        expect(decoded(mixed).fixes).toEqual(expected)
        expect(decoded(mixed, sizes).fixes).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('a sentence that a frame cuts is lost, and the frame is not read for another', () => {
    fc.assert(
      fc.property(frameOf(payload), fc.integer({ min: 1, max: 60 }), sizes, (frame, length, sizes) => {
        const [gga, rmc] = epoch(0).map((body) => Buffer.from(bytesOf(body)))
        const mixed = Buffer.concat([rmc!.subarray(0, length), frame, gga!])
        expect(decoded(mixed, sizes).fixes).toEqual(decoded(gga!).fixes)
      }),
      { numRuns: 300 },
    )
  })

  it('every kind of proprietary sentence is counted as unknown', () => {
    const decoder = new NmeaDecoder({
      onFix() {
        throw new Error('a fix')
      },
    })
    decoder.push(bytesOf(...PROPRIETARY))
    decoder.end()
    expect(decoder.counts).toEqual({
      sentences: PROPRIETARY.length,
      fixes: 0,
      unknown: PROPRIETARY.length,
      skippedBytes: 0,
      rejected: {},
    })
  })

  it('messages and satellites make no difference to the fixes', () => {
    const beside = fc.constantFrom(
      'GPGSV,2,1,05,01,45,123,41,02,45,123,,03,45,123,20,04,45,123,21,1',
      'GPGSV,2,2,05,05,45,123,22,1',
      'GLGSV,1,1,00',
      'GPGSV,,,,',
      'GPGSV,1,1,01,xx,,,',
      'GNTXT,01,01,02,ANTSTATUS=OK',
    )
    fc.assert(
      fc.property(turns(beside.map((body) => Buffer.from(bytesOf(body)))), sizes, (between, sizes) => {
        const { alone, mixed } = interleaved(between)
        expect(decoded(mixed, sizes).fixes).toEqual(decoded(alone).fixes)
      }),
    )
  })
})
