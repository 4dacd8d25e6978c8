import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NmeaDecoder, type NmeaFix } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { QUALITIES } from '../../../../proto/domain.ts'
import { ubxFrame } from './frame-writer.ts'
import { bytesOf, ggaAndRmc, sentence, type WrittenFix } from './nmea-writer.ts'
import { decoded } from './recorded-nmea.ts'

const GGA = 'GPGGA,085411.000,5222.3215,N,00454.5778,E,1,4,2.95,16.0,M,47.0,M,,'
const RMC = 'GPRMC,085411.000,A,5222.3215,N,00454.5778,E,0.58,251.34,030414,,,A'

const writtenFix: fc.Arbitrary<WrittenFix> = fc.record({
  timeMs: fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2079, 11, 30) }),
  latE5: fc.integer({ min: -90 * 6_000_000, max: 90 * 6_000_000 }),
  lonE5: fc.integer({ min: -180 * 6_000_000, max: 180 * 6_000_000 }),
  quality: fc.integer({ min: 1, max: 8 }),
  satellites: fc.integer({ min: 0, max: 40 }),
  hdopE2: fc.integer({ min: 1, max: 9899 }),
  altDm: fc.integer({ min: -5000, max: 100_000 }),
  knotsE3: fc.integer({ min: 0, max: 999_999 }),
  courseE2: fc.integer({ min: 0, max: 35_999 }),
})

describe('decoder', () => {
  it('reads back what a receiver writes', () => {
    fc.assert(
      fc.property(writtenFix, (fix) => {
        const expected: NmeaFix = {
          timeMs: fix.timeMs,
          timeOfDayMs: fix.timeMs % 86_400_000,
          lat: fix.latE5 / 6_000_000,
          lon: fix.lonE5 / 6_000_000,
          altM: fix.altDm / 10,
          speedMps: (fix.knotsE3 / 1000) * (1852 / 3600),
          courseDeg: fix.courseE2 / 100,
          hdop: fix.hdopE2 / 100,
          satellites: fix.satellites,
          quality: QUALITIES[fix.quality] as NonNullable<NmeaFix['quality']>,
        }
        expect(decoded(bytesOf(...ggaAndRmc(fix))).fixes).toEqual([expected])
      }),
    )
  })

  it('gives the same fixes and counts however the bytes are cut', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(Buffer.from('$GPGGA,1200')),
      fc.constant(Buffer.from('!AIVDM,1,1,,A,13aEOK?P00PD2wVMdLDRhgvL289?,0*26\r\n')),
    )
    const sentences = writtenFix.map((fix) => Buffer.from(bytesOf(...ggaAndRmc(fix))))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(sentences, noise), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
        (parts, sizes) => {
          const bytes = Buffer.concat(parts)
          expect(decoded(bytes, sizes)).toEqual(decoded(bytes))
        },
      ),
    )
  })

  it('never throws, and never gives a fix that is none', () => {
    const anyField = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 12 }),
      fc.constantFrom(
        '',
        'A',
        'V',
        'N',
        '0',
        '1',
        '-1',
        'NaN',
        '1e9',
        '.',
        '9'.repeat(40),
        '120000',
        '4807.038',
      ),
    )
    const anyBody = fc
      .tuple(
        fc.constantFrom('GP', 'GN', 'BD', 'XX', 'P'),
        fc.constantFrom('GGA', 'RMC', 'GNS', 'GLL', 'VTG', 'GSA', 'GST', 'ZDA', 'GSV', 'TXT'),
        fc.array(anyField, { maxLength: 20 }),
      )
      .map(([talker, formatter, fields]) => sentence(`${talker}${formatter},${fields.join(',')}`))
    const anyBytes = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
    fc.assert(
      fc.property(fc.array(fc.oneof(anyBody, anyBytes), { maxLength: 10 }), (parts) => {
        for (const fix of decoded(Buffer.from(parts.join(''), 'latin1')).fixes) {
          expect(Math.abs(fix.lat)).toBeLessThanOrEqual(90)
          expect(Math.abs(fix.lon)).toBeLessThanOrEqual(180)
          for (const value of Object.values(fix)) expect(value).not.toBeNaN()
        }
      }),
      { numRuns: 500 },
    )
  })

  it('counts by reason', () => {
    const { counts, fixes } = decoded(
      Buffer.concat([
        Buffer.from('# a comment\r\n'),
        bytesOf(
          GGA,
          'GPGSV,1,1,00',
          'GPTXT,01,01,02,ANTSTATUS=OK',
          'GPHDT,12.3,T',
          'IIVTG,224.44,T,224.44,M,5.81,N,,,D',
          'PUBX,00',
          'GPRMCX,1',
          'GP,1',
          'gprmc,1',
        ),
        Buffer.from(
          `$${RMC}*00\r\n$GPRMC,0854${sentence('GPRMC,085411.000,A,9122.3215,N,00454.5778,E,,,030414,,,A')}`,
        ),
        Buffer.from(`$${RMC}\r\n`),
      ]),
    )
    expect(fixes).toHaveLength(1)
    expect(counts).toEqual({
      sentences: 10,
      fixes: 1,
      unknown: 6,
      skippedBytes: 11,
      rejected: { checksum: 1, cut: 1, latitude: 1, 'no-checksum': 1 },
    })
  })

  it('a line that is quiet for the second time gives out what a cut frame held back', () => {
    const fixes: NmeaFix[] = []
    const decoder = new NmeaDecoder({ onFix: (fix) => fixes.push(fix) })
    decoder.push(ubxFrame(0x01, 0x07, Buffer.alloc(4000)).subarray(0, 50))
    decoder.push(bytesOf(GGA, RMC))
    decoder.idle()
    expect(fixes).toEqual([])
    decoder.idle()
    expect(fixes).toMatchObject([{ lat: 52.372025, altM: 16, courseDeg: 251.34 }])
  })

  it('takes bytes wherever they lie in a buffer', () => {
    const pool = Buffer.from(`xx${sentence(GGA)}yy`)
    expect(decoded(pool.subarray(2, -2)).fixes).toHaveLength(1)
  })
})

describe('sentences without checksum', () => {
  const unchecked = (...bodies: string[]): Uint8Array =>
    Buffer.from(bodies.map((body) => `$${body}\r\n`).join(''))

  it('are taken from a receiver that never sends one', () => {
    const { fixes, counts } = decoded(unchecked(GGA, RMC, 'GPGSV,1,1,00', 'GPHDT,12.3,T'))
    expect(fixes).toHaveLength(1)
    expect(counts).toMatchObject({ sentences: 4, unknown: 1, rejected: {} })
  })

  it('are refused where checksums are the rule', () => {
    const { counts } = decoded(Buffer.concat([bytesOf(GGA), unchecked(RMC)]))
    expect(counts.rejected).toEqual({ 'no-checksum': 1 })
  })

  it.each([
    'GPGGA,085411.000,5222.3215,N,00454.57',
    'GPRMC,085411.000,A,5222.3215,N,00454.5778,E,0.58,251.34,0304',
    'GPGLL,5222.3215,N,00454.5778,E,0854',
  ])('are refused when they were cut: %s', (body) => {
    const { fixes, counts } = decoded(unchecked(body))
    expect(fixes).toEqual([])
    expect(counts.rejected).toEqual({ 'no-checksum': 1 })
  })
})
