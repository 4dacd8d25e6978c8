import { describe, expect, it } from 'vitest'
import type { ColdDate } from '../../../device-sim/ebike/receiver-clock.ts'
import type { ReceiverOptions } from '../../../device-sim/ebike/receiver-options.ts'
import {
  bytesOf,
  CLEAN,
  decode,
  epochs,
  errorM,
  fields,
  isDisturbed,
  ride,
  START_MS,
} from './ride-under-test.ts'

const ROUND_MS = 1024 * 7 * 86_400_000
const COLD = { ...CLEAN, coldStart: true }

/** Date of RMC, then what ZDA has: time, day, month, year. */
const dates = (bytes: Uint8Array) => [fields(bytes, 'RMC')[8], ...fields(bytes, 'ZDA').slice(0, 4)]

describe('a cold start', () => {
  it.each<[ColdDate, (string | undefined)[]]>([
    ['gps-start', ['060180', '000001.00', '06', '01', '1980']],
    ['gps-start-2080', ['060180', '000001.00', '06', '01', '2080']],
    ['rollover-1999', ['220899', '000001.00', '22', '08', '1999']],
    ['zeros', ['000000', '000001.00', '00', '00', '0000']],
    ['blank', ['', '080000.00', '', '', '']],
  ])('of date %s', (coldDate, expected) => {
    const begin = epochs(
      ride({ noise: COLD, receiver: { coldDate }, startMs: START_MS + 8 * 3_600_000 }),
      120,
    )
    expect(dates(begin[0]!.bytes)).toEqual(expected)
    expect(fields(begin[0]!.bytes, 'RMC')[1]).toBe('V')
    const first = begin.find((epoch) => !epoch.truth.gap)!
    expect(dates(first.bytes).slice(2)).toEqual(['02', '03', '2026'])
    const { fixes } = decode(bytesOf(begin))
    expect(fixes.map((fix) => fix.timeMs)).toEqual(
      begin.filter((epoch) => !epoch.truth.gap).map((epoch) => epoch.timeMs),
    )
  })

  it('may be warm: the last position with status V and the right time, for 5 to 10 s', () => {
    const noise = { ...COLD, powerGapsPerHour: 20 }
    const shift = epochs(ride({ noise, receiver: { warmStart: true } }), 8000)
    let starts = 0
    for (const [index, epoch] of shift.entries()) {
      const before = shift[index - 1]
      if (epoch.truth.gap !== 'no-fix' || before?.truth.gap === 'no-fix') continue
      const start = shift.slice(index).findIndex((each) => each.truth.gap !== 'no-fix')
      // The next power cut may come first.
      if (start === -1 || shift[index + start]!.truth.gap) continue
      starts++
      expect(start).toBeGreaterThanOrEqual(5)
      expect(start).toBeLessThanOrEqual(10)
      const rmc = fields(epoch.bytes, 'RMC')
      expect(rmc[1]).toBe('V')
      expect(rmc[8]).toBe('020326')
      const lastFix = shift.slice(0, index).findLast((each) => !each.truth.gap)
      if (lastFix) expect(rmc.slice(2, 6)).toEqual(fields(lastFix.bytes, 'RMC').slice(2, 6))
      else expect(errorM(epoch)).toBeLessThan(15)
    }
    expect(starts).toBeGreaterThan(10)
  })

  it('may leave the date unknown for a while after the fix', () => {
    const begin = epochs(ride({ noise: COLD, receiver: { coldDate: 'blank', datelessS: 30 } }), 120)
    const first = begin.findIndex((epoch) => !epoch.truth.gap)
    expect(begin.filter((epoch) => !epoch.truth.gap && isDisturbed(epoch, 'dateless'))).toEqual(
      begin.slice(first, first + 30),
    )
    const { fixes, rejected } = decode(bytesOf(begin))
    expect(fixes.filter((fix) => fix.timeMs === undefined && fix.timeOfDayMs !== undefined)).toHaveLength(30)
    expect(fixes.filter((fix) => fix.timeMs !== undefined)).toHaveLength(120 - first - 30)
    expect(Object.keys(rejected)).toEqual(['no-fix'])
  })
})

describe('week rollover', () => {
  const saidMs = (bytes: Uint8Array) => {
    const [time, day, month, year] = fields(bytes, 'ZDA')
    return Date.parse(`${year}-${month}-${day}T${time!.slice(0, 2)}:${time!.slice(2, 4)}:${time!.slice(4)}0Z`)
  }

  it.each([0, 600])('from second %i on dates all 1024 weeks early', (rolloverAtS) => {
    const shift = epochs(ride({ receiver: { rolloverAtS } }), 900)
    for (const [index, epoch] of shift.entries()) {
      const rolled = index >= rolloverAtS
      expect(isDisturbed(epoch, 'rollover')).toBe(rolled)
      expect(saidMs(epoch.bytes)).toBe(epoch.timeMs - (rolled ? ROUND_MS : 0))
      expect(fields(epoch.bytes, 'RMC')[8]).toBe(rolled ? '170706' : '020326')
    }
    const { fixes } = decode(bytesOf(shift), { clockMs: () => START_MS })
    expect(fixes.map((fix) => fix.timeMs)).toEqual(shift.map((epoch) => epoch.timeMs))
  })

  it('is none unless asked for, and leaves cold dates as they are', () => {
    expect(epochs(ride(), 60).some((epoch) => epoch.truth.disturbed)).toBe(false)
    const cold = ride({ noise: COLD, receiver: { rolloverAtS: 0 } }).next()
    expect(dates(cold.bytes)[0]).toBe('060180')
    expect(cold.truth.disturbed).toBeUndefined()
  })
})

describe('a clock that is off', () => {
  const offsS = (receiver: Partial<ReceiverOptions>, noise = CLEAN, count = 1000) =>
    epochs(ride({ receiver, noise }), count).map((epoch) => {
      const time = fields(epoch.bytes, 'RMC')[0]!
      const secondOfDay =
        Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4))
      return secondOfDay - (epoch.timeMs - START_MS) / 1000
    })

  it('is 18 s ahead until the leap seconds are known, then steps back', () => {
    const off = offsS({ leapSecondsAfterS: 750 })
    expect(off.slice(0, 750).every((seconds) => seconds === 18)).toBe(true)
    expect(off.slice(750).every((seconds) => seconds === 0)).toBe(true)
    expect(offsS({ leapSecondsAfterS: 100, leapSeconds: 2 }, CLEAN, 50)[0]).toBe(2)
  })

  it('jumps as asked, and back', () => {
    const off = offsS({
      clockJumps: [
        { atS: 100, byS: 3600 },
        { atS: 400, byS: -3605 },
      ],
    })
    expect([off[99], off[100], off[399], off[400], off[999]]).toEqual([0, 3600, 3600, -5, -5])
    const jumped = epochs(ride({ receiver: { clockJumps: [{ atS: 2, byS: 9 }] } }), 4)
    expect(jumped.map((epoch) => epoch.truth.disturbed)).toEqual([
      undefined,
      undefined,
      ['clock-jump'],
      ['clock-jump'],
    ])
  })
})
