import { describe, expect, it } from 'vitest'
import { type NmeaCounts, NmeaDecoder, type NmeaFix } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { bytesOf } from './nmea-writer.ts'

/** `push` takes sentence bodies and answers with the fixes that came out at once. */
function receiver(): {
  push(...bodies: string[]): NmeaFix[]
  idle(): NmeaFix[]
  counts(): NmeaCounts
} {
  let fixes: NmeaFix[] = []
  const decoder = new NmeaDecoder({ onFix: (fix) => fixes.push(fix) })
  const taken = (): NmeaFix[] => {
    const out = fixes
    fixes = []
    return out
  }
  return {
    push(...bodies) {
      decoder.push(bytesOf(...bodies))
      return taken()
    },
    idle() {
      decoder.idle()
      return taken()
    },
    counts: () => decoder.counts,
  }
}

const gga = (time: string, rest = '1,08,1.1,59.9,M,,M,,', place = '4807.03800,N,01131.00000,E'): string =>
  `GPGGA,${time},${place},${rest}`
const rmc = (time: string, date = '010526', status = 'A', place = '4807.0380,N,01131.0000,E'): string =>
  `GPRMC,${time},${status},${place},10.0,90.0,${date},,,A`
const gll = (time: string, status = 'A'): string => `GPGLL,4807.0380,N,01131.0000,E,${time},${status},A`
const NO_FIX_GGA = (time: string): string => `GPGGA,${time},,,,,0,00,99.99,,,,,,`
const NO_FIX_RMC = (time: string): string => `GPRMC,${time},V,,,,,,,010526,,,N`
const timesOf = (fixes: NmeaFix[]): (string | undefined)[] =>
  fixes.map(({ timeMs }) => (timeMs === undefined ? undefined : new Date(timeMs).toISOString().slice(11, 19)))

describe('one fix an epoch', () => {
  it('from all sentences of the same time', () => {
    const { push, idle } = receiver()
    push(rmc('120000.00'), 'GPVTG,91.0,T,,M,11.0,N,,K,A', gga('120000.00'), 'GPGST,120000.00,,,,,3.0,4.0,')
    expect(idle()).toEqual([
      {
        timeMs: Date.UTC(2026, 4, 1, 12),
        timeOfDayMs: 43_200_000,
        lat: 48.1173,
        lon: 11.516666666666667,
        altM: 59.9,
        speedMps: (10 * 1852) / 3600,
        courseDeg: 90,
        hdop: 1.1,
        satellites: 8,
        quality: 'gps',
        accuracyM: 5,
      },
    ])
  })

  it('several talkers say the same epoch: still one fix, the combined solution first', () => {
    const { push, idle } = receiver()
    push(
      gga('120000', '1,05,1.9,,M,,M,,', '4807.03800,N,01131.00000,E'),
      'GNGGA,120000,4807.03900,N,01131.00000,E,2,12,0.9,,M,,M,,',
      'GNGNS,120000,4807.03900,N,01131.00000,E,DD,21,0.9,,,,',
      'GPGNS,120000,,,,,,9,,,,,',
      rmc('120000'),
    )
    expect(idle()).toMatchObject([{ lat: 48 + 7.039 / 60, quality: 'dgps', hdop: 0.9, satellites: 21 }])
  })

  it('the position with more decimals is taken, whoever says it', () => {
    const { push, idle } = receiver()
    push(
      gga('120000', '1,08,1.1,,M,,M,,', '4807.038,N,01131.000,E'),
      'GPGLL,4807.03812,N,01131.00034,E,120000,A,A',
    )
    expect(idle()).toMatchObject([{ lat: 48 + 7.03812 / 60, lon: 11 + 31.00034 / 60 }])
  })

  it('sentences that round their time differently are of one epoch', () => {
    const { push } = receiver()
    const cycle = (second: string): string[] => [
      gll(`0301${second}.305`),
      gga(`0301${second}.31`),
      rmc(`0301${second}.3`),
    ]
    expect(push(...cycle('29'), ...cycle('30'), ...cycle('31'))).toHaveLength(3)
  })

  it('at 10 Hz each tenth is its own', () => {
    const { push, idle } = receiver()
    const fixes = push(...['00', '10', '20', '30'].flatMap((c) => [gga(`120000.${c}`), rmc(`120000.${c}`)]))
    expect([...fixes, ...idle()].map(({ timeOfDayMs }) => timeOfDayMs! % 1000)).toEqual([0, 100, 200, 300])
  })

  it('satellites come from GSA where GGA and GNS are missing, each counted once', () => {
    const { push, idle } = receiver()
    push(
      rmc('120000'),
      'GPGSA,A,3,08,10,16,,,,,,,,,,1.2,0.9,0.9,1',
      'GNGSA,A,3,08,10,16,,,,,,,,,,1.2,0.9,0.9,1',
      'GNGSA,A,3,08,69,,,,,,,,,,,1.2,0.9,0.9,2',
    )
    expect(idle()).toMatchObject([{ satellites: 5, hdop: 0.9 }])
  })

  it('height is absent where GSA says two dimensions', () => {
    const { push, idle } = receiver()
    push(gga('120000'), 'GPGSA,A,2,08,10,16,,,,,,,,,,1.2,0.9,0.9')
    const [fix] = idle()
    expect(fix).not.toHaveProperty('altM')
    expect(fix).toHaveProperty('hdop', 1.1)
  })

  it('blank is absent, never 0', () => {
    const { push, idle } = receiver()
    push('GPGGA,120000,4807.038,N,01131.000,E,1,,,,M,,M,,', 'GPVTG,,T,,M,,N,,K,A')
    expect(Object.keys(idle()[0]!).toSorted()).toEqual(['lat', 'lon', 'quality', 'timeOfDayMs'])
  })

  it('sentences without any time make an epoch a turn', () => {
    const { push, idle } = receiver()
    const gllOnly = 'GPGLL,4807.0380,N,01131.0000,E'
    expect([...push(gllOnly, gllOnly, gllOnly), ...idle()]).toEqual(
      Array.from({ length: 3 }, () => ({ lat: 48.1173, lon: 11.516666666666667 })),
    )
  })
})

describe('end of the epoch', () => {
  const cycle = (second: number): string[] => {
    const time = `1200${String(second).padStart(2, '0')}`
    const gsa = 'GNGSA,A,3,08,10,16,,,,,,,,,,1.2,0.9,0.9'
    return [gga(time), rmc(time), `${gsa},1`, `${gsa},2`]
  }

  it('at first the next epoch ends it, then the last sentence of the cycle, as learned', () => {
    const { push } = receiver()
    expect(push(...cycle(0))).toEqual([])
    expect(timesOf(push(...cycle(1)))).toEqual(['12:00:00'])
    expect(timesOf(push(...cycle(2)))).toEqual(['12:00:01', '12:00:02'])
    expect(timesOf(push(...cycle(3).slice(0, 3)))).toEqual([])
    expect(timesOf(push(...cycle(3).slice(3)))).toEqual(['12:00:03'])
  })

  it('an idle line ends it', () => {
    const { push, idle } = receiver()
    expect(push(...cycle(0))).toEqual([])
    expect(timesOf(idle())).toEqual(['12:00:00'])
    expect(idle()).toEqual([])
  })

  it('what comes for an epoch that is out makes no second fix, and is learned from', () => {
    const { push, idle, counts } = receiver()
    for (let second = 0; second < 3; second++) push(...cycle(second))
    const longer = (second: number): string[] => [
      ...cycle(second),
      gll(`1200${String(second).padStart(2, '0')}`),
    ]
    expect(timesOf(push(...longer(3)))).toEqual(['12:00:03'])
    for (let second = 4; second < 8; second++) push(...longer(second))
    expect(timesOf(push(...longer(8).slice(0, 4)))).toEqual([])
    expect(timesOf(push(longer(8)[4]!))).toEqual(['12:00:08'])
    expect(idle()).toEqual([])
    expect(counts().fixes).toBe(9)
  })

  it('a sentence that comes every fifth epoch is soon waited for, and its quantities are not lost', () => {
    const { push } = receiver()
    const turn = (second: number): string[] => {
      const time = `12${String(Math.floor(second / 60)).padStart(2, '0')}${String(second % 60).padStart(2, '0')}`
      return second % 5 === 0 ? [gga(time), rmc(time)] : [gga(time)]
    }
    const fixes = push(...Array.from({ length: 100 }, (_, second) => turn(second)).flat())
    expect(new Set(fixes.map(({ timeMs }) => timeMs)).size).toBe(fixes.length)
    const late = fixes.slice(50)
    expect(late.filter(({ speedMps }) => speedMps !== undefined)).toHaveLength(10)
  })

  it('more sentences without time after the end, then one with it: still no second fix', () => {
    const { push, idle } = receiver()
    const gsa = 'GNGSA,A,3,08,10,16,,,,,,,,,,1.2,0.9,0.9'
    const fixes = push(...['00', '01', '02'].flatMap((second) => [rmc(`1200${second}`), gsa]))
    fixes.push(...push(rmc('120003'), gsa, gsa, gsa, gll('120003'), rmc('120004')), ...idle())
    expect(timesOf(fixes)).toEqual(['12:00:00', '12:00:01', '12:00:02', '12:00:03', '12:00:04'])
  })

  it('a lost last sentence delays the fix to the next epoch, and loses none', () => {
    const { push } = receiver()
    for (let second = 0; second < 5; second++) push(...cycle(second))
    expect(push(...cycle(5).slice(0, 3))).toEqual([])
    expect(timesOf(push(...cycle(6)))).toEqual(['12:00:05', '12:00:06'])
  })

  it('sentences without time after the end belong to the next epoch', () => {
    const { push, idle } = receiver()
    const turn = (second: number): string[] => [
      `GPVTG,${second}.0,T,,M,5.0,N,,K,A`,
      gga(`1200${String(second).padStart(2, '0')}`),
    ]
    for (const second of [10, 11, 12]) {
      push(...turn(second))
      idle()
    }
    expect(push(...[13, 14].flatMap(turn))).toMatchObject([
      { timeOfDayMs: 43_213_000, courseDeg: 13 },
      { timeOfDayMs: 43_214_000, courseDeg: 14 },
    ])
  })
})

describe('no fix', () => {
  it('status V and quality 0 give none, counted once an epoch', () => {
    const { push, idle, counts } = receiver()
    push(...['00', '01', '02', '03'].flatMap((s) => [NO_FIX_GGA(`1200${s}`), NO_FIX_RMC(`1200${s}`)]))
    expect(idle()).toEqual([])
    expect(counts()).toMatchObject({ sentences: 8, fixes: 0, rejected: { 'no-fix': 4 } })
  })

  it('one sentence that says so outweighs the others', () => {
    const { push, idle, counts } = receiver()
    push(gga('120000'), rmc('120000', '010526', 'V'), gga('120001', '0,00,,,M,,M,,'), rmc('120001'))
    expect(idle()).toEqual([])
    expect(counts().rejected).toEqual({ 'no-fix': 2 })
  })

  it('a stretch of V between fixes', () => {
    const { push, idle } = receiver()
    const fixes = push(
      ...[gga('120000'), rmc('120000'), gga('120001'), rmc('120001')],
      ...[NO_FIX_GGA('120002'), NO_FIX_RMC('120002'), NO_FIX_GGA('120003'), NO_FIX_RMC('120003')],
      ...[gga('120004'), rmc('120004')],
    )
    expect(timesOf([...fixes, ...idle()])).toEqual(['12:00:00', '12:00:01', '12:00:04'])
  })

  it('cold start without time, then the first fix', () => {
    const { push, idle, counts } = receiver()
    const cold = ['GNRMC,,V,,,,,,,,,,N,V', 'GNVTG,,,,,,,,,N', 'GNGGA,,,,,,0,00,99.99,,,,,,', 'GNGLL,,,,,,V,N']
    expect(push(...cold, ...cold, ...cold)).toEqual([])
    expect(timesOf([...push(rmc('120000'), gga('120000'), gll('120000')), ...idle()])).toEqual(['12:00:00'])
    expect(counts().rejected).toEqual({ 'no-fix': 3 })
  })

  it('a claim of a fix without position is none', () => {
    const { push, idle, counts } = receiver()
    push('GPRMC,120000,A,,,,,,,010526,,,A')
    expect(idle()).toEqual([])
    expect(counts().rejected).toEqual({ 'no-fix': 1 })
  })
})

describe('dates of fixes', () => {
  const decoded = (...bodies: string[]): NmeaFix[] => {
    const { push, idle } = receiver()
    return [...push(...bodies), ...idle()]
  }
  const isoOf = (fixes: NmeaFix[]): (string | undefined)[] =>
    fixes.map(({ timeMs }) => (timeMs === undefined ? undefined : new Date(timeMs).toISOString()))

  it('time stays absent until a date is known; GGA has none', () => {
    expect(isoOf(decoded(gga('120000'), gga('120001'), rmc('120001'), gga('120002')))).toEqual([
      undefined,
      '2026-05-01T12:00:01.000Z',
      '2026-05-01T12:00:02.000Z',
    ])
  })

  it('a date that comes late serves the next fix', () => {
    const ggas = ['00', '01', '02', '03'].map((second) => gga(`1200${second}`))
    expect(isoOf(decoded(...ggas, rmc('120003'), gga('120004'))).slice(-2)).toEqual([
      undefined,
      '2026-05-01T12:00:04.000Z',
    ])
  })

  it('GGA alone passes midnight', () => {
    expect(isoOf(decoded(rmc('235958'), gga('235958'), gga('235959'), gga('000000'), gga('000001')))).toEqual(
      [
        '2026-05-01T23:59:58.000Z',
        '2026-05-01T23:59:59.000Z',
        '2026-05-02T00:00:00.000Z',
        '2026-05-02T00:00:01.000Z',
      ],
    )
  })

  it('ZDA dates fixes, and does not make or split epochs by its own time', () => {
    const zda = (time: string): string => `GPZDA,${time},01,05,2026,00,00`
    expect(
      isoOf(
        decoded(gga('120000'), zda('120002'), gll('120000'), gga('120001'), zda('120003.05'), gll('120001')),
      ),
    ).toEqual(['2026-05-01T12:00:00.000Z', '2026-05-01T12:00:01.000Z'])
  })

  it('a date beside status V is of the own clock of the receiver and does not count', () => {
    expect(isoOf(decoded(NO_FIX_RMC('120000'), gga('120001')))).toEqual([undefined])
    expect(isoOf(decoded('GPZDA,120000,01,05,2026,00,00', NO_FIX_GGA('120000'), gga('120001')))).toEqual([
      undefined,
    ])
  })

  it.each(['060180', '010180', '060180'])(
    'the cold-start date %s is not believed, the position is',
    (date) => {
      const { push, idle, counts } = receiver()
      push(rmc('120000', date))
      const [fix] = idle()
      expect(fix).toMatchObject({ lat: 48.1173, timeOfDayMs: 43_200_000 })
      expect(fix).not.toHaveProperty('timeMs')
      expect(counts().rejected).toEqual({ 'untrusted-date': 1 })
    },
  )

  it('a date before the floor is a week rollover', () => {
    expect(isoOf(decoded(rmc('120000', '250899')))).toEqual(['2019-04-10T12:00:00.000Z'])
  })

  it('the leap second is before the new day, as Unix time counts', () => {
    expect(isoOf(decoded(rmc('235959', '311216'), rmc('235960', '311216'), rmc('000001', '010117')))).toEqual(
      ['2016-12-31T23:59:59.000Z', '2017-01-01T00:00:00.000Z', '2017-01-01T00:00:01.000Z'],
    )
  })

  it('31 February: the sentence is refused', () => {
    const { push, idle, counts } = receiver()
    push(rmc('120000', '310226'))
    expect(idle()).toEqual([])
    expect(counts().rejected).toEqual({ date: 1 })
  })
})
