import { expect, it } from 'vitest'
import type { EbikeRideOptions } from '../../../device-sim/ebike/ebike-ride.ts'
import { bytesOf, decode, epochs, ride, START_MS } from './ride-under-test.ts'

/** All that may go wrong but for what is meant to be believed: false tracks and clocks that are off. */
const EVERYTHING: Partial<EbikeRideOptions> = {
  noise: {
    multipathPerHour: 30,
    voidsPerHour: 10,
    powerGapsPerHour: 3,
    coldStart: true,
    blankFields: 0.05,
  },
  surroundings: { canyonShare: 0.4, underpassShare: 0.3, tunnels: [{ fromS: 1000, toS: 1100 }] },
  mishaps: {
    lostBytes: 1e-4,
    flippedBits: 1e-5,
    binaryBurstsPerHour: 60,
    protocolFramesPerHour: 60,
    cutLinesPerHour: 60,
    doubledLinesPerHour: 60,
    nonsenseFieldsPerHour: 60,
  },
}
const COUNT = 7200

it.each([
  [1, 'gps-start-2080'],
  [2, 'rollover-1999'],
  [3, 'zeros'],
  [4, 'gps-start'],
  [5, 'blank'],
] as const)('seed %i, cold date %s: no false fix, and most true ones', (seed, coldDate) => {
  const shift = epochs(ride({ ...EVERYTHING, seed, receiver: { coldDate } }), COUNT)
  const { fixes, rejected } = decode(bytesOf(shift), { clockMs: () => START_MS })
  const told = shift.filter((epoch) => !epoch.truth.gap)
  expect(fixes.length).toBeGreaterThan(told.length * 0.98)
  const isFalse = ({ lat, lon, timeMs = START_MS }: (typeof fixes)[number]) =>
    Math.floor(lat) !== 31 ||
    Math.floor(lon) !== 121 ||
    timeMs < START_MS ||
    timeMs >= START_MS + COUNT * 1000
  expect(fixes.filter(isFalse)).toEqual([])
  const times = fixes.map((fix) => fix.timeMs).filter((timeMs) => timeMs !== undefined)
  expect(new Set(times).size).toBe(times.length)
  for (const reason of ['checksum', 'cut', 'no-fix']) expect(rejected[reason]).toBeGreaterThan(0)
})

it('is the same from the same seed, and another from another', () => {
  const bytes = (seed: number) => Buffer.concat(bytesOf(epochs(ride({ ...EVERYTHING, seed }), 2000)))
  expect(bytes(1).equals(bytes(1))).toBe(true)
  expect(bytes(1).equals(bytes(2))).toBe(false)
})
