import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NmeaDecoder, type NmeaFix } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { sentence } from './nmea-writer.ts'
import { decoded } from './recorded-nmea.ts'

const RATES_HZ = [1, 2, 5, 10, 18, 20, 25]
const DAY_MS = 86_400_000

/** Sentences of one epoch, in a receiver's order; `burst` stands for those that come with the whole second only. */
const CYCLES: Record<string, string[]> = {
  'RMC and GGA': ['RMC', 'GGA'],
  'u-blox': ['RMC', 'VTG', 'GGA', 'GSA', 'GSA', 'burst', 'GLL'],
  MediaTek: ['GGA', 'GSA', 'burst', 'RMC', 'VTG'],
  'bursts at the end': ['GGA', 'RMC', 'burst'],
  'one sentence': ['RMC'],
}
const BURST = [
  'GPGSV,2,1,05,01,45,123,41,02,45,123,,03,45,123,20,04,45,123,21,1',
  'GPGSV,2,2,05,05,45,123,22,1',
  'GPGSV,1,1,01,05,45,123,25,8',
  'GBGSV,1,1,02,214,45,123,22,401,,,,1',
  'GNTXT,01,01,02,ANTSTATUS=OK',
]

/** `hhmmss` with so many decimals of the second, rounded. */
function written(timeOfDayMs: number, decimals: number): string {
  const iso = new Date(timeOfDayMs).toISOString()
  return `${iso.slice(11, 19).replaceAll(':', '')}.${iso.slice(20, 20 + decimals)}`
}

interface Cycle {
  timeOfDayMs: number
  bytes: Buffer
}

/** Epochs of a receiver from a time of day on, at these rates, each for some seconds, one after the other. */
function cycles(
  order: string[],
  ratesHz: number[],
  seconds: number,
  decimals: number,
  fromMs: number,
): Cycle[] {
  const steps = ratesHz.flatMap((rateHz, turn) =>
    Array.from({ length: rateHz * seconds }, (_, step) => (turn * seconds + step / rateHz) * 1000),
  )
  return steps.map((ms) => {
    const unit = 10 ** (3 - decimals)
    const rounded = Math.round(ms / unit) * unit
    const timeMs = Date.UTC(2026, 4, 1) + fromMs + rounded
    const timeOfDayMs = timeMs % DAY_MS
    const time = written(timeOfDayMs, decimals)
    const iso = new Date(timeMs).toISOString()
    const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`
    const bodies: Record<string, string[]> = {
      RMC: [`GNRMC,${time},A,4807.03800,N,01131.00000,E,10.0,90.0,${date},,,A`],
      GGA: [`GNGGA,${time},4807.03800,N,01131.00000,E,1,08,1.1,59.9,M,,M,,`],
      VTG: ['GNVTG,90.0,T,,M,10.0,N,18.5,K,A'],
      GSA: ['GNGSA,A,3,08,10,16,,,,,,,,,,1.2,0.9,0.9,1'],
      GLL: [`GNGLL,4807.03800,N,01131.00000,E,${time},A,A`],
      burst: rounded % 1000 === 0 ? BURST : [],
    }
    return {
      timeOfDayMs,
      bytes: Buffer.from(
        order
          .flatMap((name) => bodies[name]!)
          .map(sentence)
          .join(''),
      ),
    }
  })
}

const expectedOf = (all: Cycle[]): number[] => all.map(({ timeOfDayMs }) => timeOfDayMs)
const timesOf = (fixes: NmeaFix[]): number[] => fixes.map(({ timeOfDayMs }) => timeOfDayMs!)

describe.each(Object.entries(CYCLES))('%s', (_, order) => {
  it.each(RATES_HZ.flatMap((rateHz) => [2, 3].map((decimals) => [rateHz, decimals] as const)))(
    '%i Hz, %i decimals: one fix an epoch',
    (rateHz, decimals) => {
      const all = cycles(order, [rateHz], 12, decimals, 43_195_000)
      const bytes = Buffer.concat(all.map(({ bytes }) => bytes))
      for (const sizes of [[bytes.length], [1], [64, 3, 250, 11]])
        expect(timesOf(decoded(bytes, sizes).fixes)).toEqual(expectedOf(all))
    },
  )

  it.each(RATES_HZ)('%i Hz: the fix is out with the last sentence, bursts or not', (rateHz) => {
    const all = cycles(order, [rateHz], 6, 3, 0)
    const out: number[] = []
    const decoder = new NmeaDecoder({ onFix: ({ timeOfDayMs }) => out.push(timeOfDayMs!) })
    all.forEach(({ bytes, timeOfDayMs }, turn) => {
      decoder.push(bytes)
      // Two epochs must have ended alike; a burst at the very end is not waited for.
      if (turn > 2) expect(out.at(-1)).toBe(timeOfDayMs)
    })
  })

  it('the rate changes in the middle, over midnight', () => {
    const all = cycles(order, [1, 10, 25, 18, 2, 20, 5], 4, 2, DAY_MS - 10_000)
    const bytes = Buffer.concat(all.map(({ bytes }) => bytes))
    const fixes = decoded(bytes, [100]).fixes
    expect(timesOf(fixes)).toEqual(expectedOf(all))
    const dated = fixes.filter(({ timeMs }) => timeMs !== undefined)
    expect(dated.length).toBeGreaterThan(fixes.length - 3)
    for (const { timeMs, timeOfDayMs } of dated) expect(timeMs! % DAY_MS).toBe(timeOfDayMs)
    expect(dated.every(({ timeMs }, place) => place === 0 || timeMs! > dated[place - 1]!.timeMs!)).toBe(true)
  })

  it.each([1, 2])('%i Hz on a line that falls idle after each epoch', (rateHz) => {
    const all = cycles(order, [rateHz], 10, 2, 0)
    const out: number[] = []
    const decoder = new NmeaDecoder({ onFix: ({ timeOfDayMs }) => out.push(timeOfDayMs!) })
    for (const { bytes, timeOfDayMs } of all) {
      decoder.push(bytes)
      decoder.idle()
      expect(out.at(-1)).toBe(timeOfDayMs)
    }
    expect(out).toEqual(expectedOf(all))
  })
})

it('any rates, one after the other, however the line cuts them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(CYCLES)),
      fc.array(fc.constantFrom(...RATES_HZ), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(2, 3),
      fc.integer({ min: 0, max: 86_399 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }),
      (order, ratesHz, decimals, fromSecond, sizes) => {
        const all = cycles(order, ratesHz, 2, decimals, fromSecond * 1000)
        const bytes = Buffer.concat(all.map(({ bytes }) => bytes))
        expect(timesOf(decoded(bytes, sizes).fixes)).toEqual(expectedOf(all))
      },
    ),
    { numRuns: 60 },
  )
})
