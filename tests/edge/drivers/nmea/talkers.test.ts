import { describe, expect, it } from 'vitest'
import { NmeaDecoder, type NmeaFix, type NmeaText } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { SENTENCES, TALKERS } from '../../../../gateway/edge/drivers/nmea/sentences.ts'
import { bytesOf } from './nmea-writer.ts'

/** What a talker's sentence, beside GLL with time and position, adds to what is known. */
const ADDED: Record<
  string,
  { body: string; fix?: Partial<NmeaFix>; isInView?: true; isUsed?: true; text?: NmeaText }
> = {
  GGA: {
    body: '120000,4807.038,N,01131.000,E,4,08,0.9,545.4,M,46.9,M,,',
    fix: { altM: 545.4, hdop: 0.9, satellites: 8, quality: 'rtk' },
  },
  GNS: {
    body: '120000,4807.038,N,01131.000,E,DAN,21,0.8,412.5,47.6,,',
    fix: { altM: 412.5, hdop: 0.8, satellites: 21, quality: 'dgps' },
  },
  RMC: {
    body: '120000,A,4807.038,N,01131.000,E,10.0,90.0,010526,,,A',
    fix: { timeMs: Date.UTC(2026, 4, 1, 12), speedMps: 18_520 / 3600, courseDeg: 90, quality: 'gps' },
  },
  GLL: { body: '4807.03800,N,01131.00000,E,120000,A,E', fix: { quality: 'estimated' } },
  VTG: { body: '91.5,T,,M,,N,36.0,K,A', fix: { courseDeg: 91.5, speedMps: 10 } },
  GST: { body: '120000,,,,,3.0,4.0,5.0', fix: { accuracyM: 5 } },
  GSA: { body: 'A,3,01,02,03,04,05,,,,,,,,1.9,1.3,1.4', fix: { hdop: 1.3, satellites: 5 }, isUsed: true },
  ZDA: { body: '120000,01,05,2026,00,00', fix: { timeMs: Date.UTC(2026, 4, 1, 12) } },
  GSV: { body: '1,1,02,01,45,123,41,02,45,123,', isInView: true },
  TXT: { body: '01,01,02,ANTSTATUS=OK', text: { severity: 'notice', text: 'ANTSTATUS=OK' } },
}

const OWN_SYSTEM = {
  GN: 'gps',
  GP: 'gps',
  GL: 'glonass',
  GA: 'galileo',
  GB: 'beidou',
  BD: 'beidou',
  GQ: 'qzss',
  GI: 'navic',
  PQ: 'beidou',
  QZ: 'qzss',
}

describe.each(TALKERS)('talker %s', (talker) => {
  it.each(Object.entries(ADDED))('%s', (formatter, { body, fix = {}, isInView, isUsed, text }) => {
    const fixes: NmeaFix[] = []
    const texts: NmeaText[] = []
    const decoder = new NmeaDecoder({ onFix: (fix) => fixes.push(fix), onText: (text) => texts.push(text) })
    const gll = `${talker}GLL,4807.038,N,01131.000,E,120000,A`
    decoder.push(bytesOf(gll, `${talker}${formatter},${body}`))
    decoder.end()
    expect(fixes).toEqual([{ timeOfDayMs: 43_200_000, lat: 48.1173, lon: 11 + 31 / 60, ...fix }])
    expect(texts).toEqual(text ? [text] : [])
    const system = OWN_SYSTEM[talker]
    if (isInView) expect(decoder.satellites).toEqual([{ system, inView: 2, bestSnrDb: 41 }])
    else if (isUsed) expect(decoder.satellites).toEqual([{ system, used: 5 }])
    else expect(decoder.satellites).toEqual([])
    expect(decoder.counts).toMatchObject({ sentences: 2, unknown: 0, rejected: {} })
  })
})

it('every sentence that is read has its test here', () => {
  expect(Object.keys(ADDED).toSorted()).toEqual(SENTENCES.map(({ formatter }) => formatter).toSorted())
})

it('the sentences of a fix are the first eight at most, as the learning of cycles counts them', () => {
  const last = SENTENCES.findLastIndex(({ tells }) => tells === 'fix' || tells === 'fix and used')
  expect(last).toBeLessThan(8)
})

it.each(['II', 'IN', 'AI', 'XX', 'P', 'gn'])('talker %s is counted as unknown', (talker) => {
  const decoder = new NmeaDecoder({ onFix() {} })
  decoder.push(bytesOf(`${talker}RMC,${ADDED.RMC!.body}`))
  decoder.end()
  expect(decoder.counts).toMatchObject({ sentences: 1, unknown: 1, fixes: 0 })
})
