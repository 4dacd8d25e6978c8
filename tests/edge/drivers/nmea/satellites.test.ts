import { describe, expect, it } from 'vitest'
import { NmeaDecoder, type SystemSatellites } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { bytesOf, sentence } from './nmea-writer.ts'

/** `gps 12/8 41`: in view, used, best SNR; `-` where it is not said. */
function told(satellites: readonly SystemSatellites[]): string[] {
  return satellites.map(({ system, inView, used, bestSnrDb }) =>
    [system, `${inView ?? '-'}/${used ?? '-'}`, ...(bestSnrDb === undefined ? [] : [bestSnrDb])].join(' '),
  )
}

function said(...bodies: string[]): string[] {
  const decoder = new NmeaDecoder({ onFix() {} })
  decoder.push(bytesOf(...bodies))
  return told(decoder.satellites)
}

const time = (second: number): string =>
  new Date(second * 1000).toISOString().slice(11, 19).replaceAll(':', '')
const gga = (second: number): string => `GNGGA,${time(second)}.00,4807.038,N,01131.000,E,1,08,1.1,59.9,M,,M,,`
const gsa = (talker: string, numbers: string, system = ''): string =>
  `${talker}GSA,A,3,${[...numbers.split(' '), ...Array(12).fill('')].slice(0, 12).join(',')},1.2,0.9,0.9${system && `,${system}`}`
/** A set of sentences, four satellites each, `number:snr`. */
function gsv(talker: string, satellites: string, signal = ''): string[] {
  const all = satellites.split(' ').filter(Boolean)
  const parts = Math.max(1, Math.ceil(all.length / 4))
  return Array.from({ length: parts }, (_, part) => {
    const listed = all.slice(part * 4, part * 4 + 4).map((each) => {
      const [number, snr = ''] = each.split(':')
      return `${number},45,123,${snr}`
    })
    const head = [`${talker}GSV`, parts, part + 1, String(all.length).padStart(2, '0')]
    return [...head, ...listed, ...(signal && [signal])].join(',')
  })
}

describe('satellites in view', () => {
  it.each<[name: string, sentences: string[], expected: string[]]>([
    ['none said', [gga(0)], []],
    ['one talker', gsv('GP', '01:20 02:41 03 04:33 05'), ['gps 5/- 41']],
    ['none tracked: no best SNR', gsv('GP', '01 02:00'), ['gps 2/-']],
    ['none there is said, too', gsv('GA', ''), ['galileo 0/-']],
    ['a blank sentence says nothing', ['GPGSV,,,,,,,,,,,,,,,,,,,'], []],
    [
      'every talker its own',
      [
        ...gsv('GI', '01:20'),
        ...gsv('GQ', '02:21'),
        ...gsv('GB', '01:22 02 63'),
        ...gsv('GA', '01:23 02'),
        ...gsv('GL', '65:24 66'),
        ...gsv('GP', '01:25 02 03'),
      ],
      ['gps 3/- 25', 'glonass 2/- 24', 'galileo 2/- 23', 'beidou 3/- 22', 'qzss 1/- 21', 'navic 1/- 20'],
    ],
    ['BeiDou by its old talker', gsv('BD', '201:30 202'), ['beidou 2/- 30']],
    [
      'BeiDou and QZSS as Quectel and others write them',
      [...gsv('PQ', '01 02'), ...gsv('QZ', '193')],
      ['beidou 2/-', 'qzss 1/-'],
    ],
    [
      'SBAS and QZSS among those of GPS',
      gsv('GP', '01:20 33:40 46:41 193:42 133:43'),
      ['gps 1/- 20', 'qzss 1/- 42', 'sbas 2/- 43'],
    ],
    ['SBAS alone: GPS is named by its talker', gsv('GP', '33'), ['gps 0/-', 'sbas 1/-']],
    [
      'all under GN',
      gsv('GN', '01 65 201 193 302 33'),
      ['gps 1/-', 'glonass 1/-', 'galileo 1/-', 'beidou 1/-', 'qzss 1/-', 'sbas 1/-'],
    ],
    [
      'the same by two signals',
      [...gsv('GP', '01:20 02:21 03', '1'), ...gsv('GP', '01:40 02 04', '6')],
      ['gps 4/- 40'],
    ],
    [
      'signals that change within a set',
      ['GPGSV,2,1,05,01,,,20,02,,,21,03,,,22,04,,,23,1', 'GPGSV,2,2,05,01,,,41,05,,,,8'],
      ['gps 5/- 41'],
    ],
    [
      'the same by two talkers',
      [...gsv('GN', '01:20 02 65'), ...gsv('GP', '01 03:19')],
      ['gps 3/- 20', 'glonass 1/-'],
    ],
    ['the same under two numbers', [...gsv('GB', '14'), ...gsv('GN', '214 414')], ['beidou 1/-']],
    [
      'sets of talkers that come side by side',
      [
        gsv('GP', '01 02 03 04 05')[0]!,
        gsv('GL', '65 66 67 68 69')[0]!,
        gsv('GP', '01 02 03 04 05')[1]!,
        gsv('GL', '65 66 67 68 69')[1]!,
      ],
      ['gps 5/-', 'glonass 5/-'],
    ],
    ['a set of which the first sentence is missing', gsv('GP', '01 02 03 04 05').slice(1), []],
    ['a set of which the last sentence is missing', gsv('GP', '01 02 03 04 05').slice(0, 1), []],
    [
      'a set of which one in the middle is missing',
      gsv('GP', '01 02 03 04 05 06 07 08 09').toSpliced(1, 1),
      [],
    ],
    [
      'a sentence with a nonsense field is missing',
      gsv('GP', '01 02 03 04 05 06 07 08 09').with(1, 'GPGSV,3,2,09,05,x,x,xx'),
      [],
    ],
    [
      'the set before stays when one is not whole',
      [...gsv('GP', '01 02'), ...gsv('GP', '01 02 03 04 05').slice(0, 1)],
      ['gps 2/-'],
    ],
    [
      'a whole set replaces the one before',
      [...gsv('GP', '01:40 02 03 04 05'), ...gsv('GP', '01:20 07')],
      ['gps 2/- 20'],
    ],
    ['and so does none', [...gsv('GP', '01:40 02 03 04 05'), ...gsv('GP', '')], ['gps 0/-']],
  ])('%s', (_, sentences, expected) => {
    expect(said(...sentences)).toEqual(expected)
  })

  it('a set is not whole when a sentence was lost between its own, though the numbers fit', () => {
    const [first, second] = gsv('GP', '01 02 03 04 05')
    const decoder = new NmeaDecoder({ onFix() {} })
    // Of the first set the second sentence is cut, of the second set the first.
    decoder.push(Buffer.from(`${sentence(first!)}$GPGSV,2,2,05,05,4${sentence(second!)}`))
    expect(decoder.satellites).toEqual([])
    decoder.push(bytesOf(first!, second!))
    expect(told(decoder.satellites)).toEqual(['gps 5/-'])
  })
})

describe('satellites used', () => {
  it.each<[name: string, sentences: string[], expected: string[]]>([
    [
      'by system id',
      [
        gsa('GN', '01 02 03', '1'),
        gsa('GN', '65 66', '2'),
        gsa('GN', '01', '3'),
        gsa('GN', '01 02', '4'),
        gsa('GN', '02', '5'),
        gsa('GN', '07', '6'),
      ],
      ['gps -/3', 'glonass -/2', 'galileo -/1', 'beidou -/2', 'qzss -/1', 'navic -/1'],
    ],
    [
      'by talker',
      [
        gsa('GP', '01 02'),
        gsa('GL', '65'),
        gsa('GA', '03'),
        gsa('GB', '06'),
        gsa('GQ', '01'),
        gsa('GI', '05'),
      ],
      ['gps -/2', 'glonass -/1', 'galileo -/1', 'beidou -/1', 'qzss -/1', 'navic -/1'],
    ],
    [
      'by number, where GN names no system',
      [gsa('GN', '01 02 33'), gsa('GN', '65 66'), gsa('GN', '193 235 401')],
      ['gps -/2', 'glonass -/2', 'beidou -/2', 'qzss -/1', 'sbas -/1'],
    ],
    ['GN without any says of no system that it is not used', [gsa('GN', '')], []],
    ['none of a system that is named', [gsa('GN', '', '3'), gsa('GL', '')], ['glonass -/0', 'galileo -/0']],
    [
      'more than twelve, in two sentences',
      [gsa('GP', '01 02 03 04 05 06 07 08 09 10 11 12'), gsa('GP', '13 14')],
      ['gps -/14'],
    ],
    ['the same by system id and by talker', [gsa('GP', '01 02'), gsa('GN', '01 02 03', '1')], ['gps -/3']],
    [
      'in view and used',
      [...gsv('GP', '01:20 02:21 46:30'), gsa('GP', '01 46')],
      ['gps 2/1 21', 'sbas 1/1 30'],
    ],
    [
      'the next epoch replaces what was used',
      [gga(0), gsa('GP', '01 02 03'), gga(1), gsa('GP', '04 05')],
      ['gps -/2'],
    ],
    ['a system id that no edition has goes by talker', [gsa('GP', '01 02', '9')], ['gps -/2']],
  ])('%s', (_, sentences, expected) => {
    expect(said(...sentences)).toEqual(expected)
  })

  it('a receiver that names systems, then none, is not believed twice', () => {
    const fixed = [gga(0), gsa('GN', '01 02 03', '1'), gsa('GN', '65', '2')]
    const lost = (second: number): string[] => [`GNGGA,${time(second)}.00,,,,,0,,,,,,,,`, gsa('GN', '')]
    expect(said(...fixed, ...lost(1), ...lost(2))).toEqual([])
  })
})

describe('what was said long ago', () => {
  const epochs = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, second) => gga(from + second))

  it('goes after many epochs', () => {
    const all = [...gsv('GL', '65:30'), gsa('GL', '65'), ...gsv('GP', '01')]
    expect(said(gga(0), ...all, ...epochs(1, 25))).toEqual(['gps 1/-', 'glonass 1/1 30'])
    expect(said(gga(0), ...all, ...epochs(1, 20), ...gsv('GP', '02'), ...epochs(21, 20))).toEqual(['gps 1/-'])
  })

  it('stays as long as it comes in its turn, however seldom', () => {
    const turn = (from: number): string[] => [...gsv('GP', '01:30'), ...epochs(from, 125)]
    const turns = [gga(0), ...turn(1), ...turn(126)]
    expect(said(...turns)).toEqual(['gps 1/- 30'])
    expect(said(...turns, ...epochs(251, 275))).toEqual(['gps 1/- 30'])
    expect(said(...turns, ...epochs(251, 290))).toEqual([])
  })

  it('goes with the signal that is left out', () => {
    const both = [...gsv('GP', '01:30', '1'), ...gsv('GP', '02:45', '8')]
    const one = gsv('GP', '01:29', '1')
    expect(said(gga(0), ...both, gga(1), ...one)).toEqual(['gps 2/- 45'])
    expect(said(gga(0), ...both, gga(1), ...one, gga(2), ...one)).toEqual(['gps 1/- 29'])
  })
})
