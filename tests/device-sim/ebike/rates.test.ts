import { describe, expect, it } from 'vitest'
import { distanceM } from '../../../device-sim/city/plane.ts'
import {
  bytesOf,
  CLEAN,
  checksumIsRight,
  decode,
  EXACT,
  epochs,
  errorM,
  fields,
  graph,
  lines,
  ride,
  START_MS,
} from './ride-under-test.ts'

const SECONDS = 400

describe.each([1, 2, 3, 4, 5, 7, 10, 25])('at %i Hz', (rateHz) => {
  const shift = epochs(ride({ noise: EXACT, receiver: { rateHz } }), SECONDS * rateHz)

  it('has so many epochs a second, on hundredths, and says their time', () => {
    expect(shift.at(-1)!.timeMs).toBeLessThan(START_MS + SECONDS * 1000)
    for (const [index, { timeMs, bytes }] of shift.entries()) {
      expect(timeMs - START_MS).toBe(Math.round((index * 100) / rateHz) * 10)
      const iso = new Date(timeMs).toISOString()
      const clock = `${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 22)}`
      for (const formatter of ['RMC', 'GGA', 'ZDA']) expect(fields(bytes, formatter)[0]).toBe(clock)
      expect(lines(bytes).every(checksumIsRight)).toBe(true)
    }
  })

  it('moves on the roads, without leaps', () => {
    for (const [index, epoch] of shift.entries()) {
      expect(errorM(epoch)).toBeLessThan(0.1)
      const at = graph.plane.toPlane(epoch.truth.lat, epoch.truth.lon)
      const edges = graph.edges.filter((edge) => edge.street === epoch.truth.onStreet)
      const offM = Math.min(
        ...edges.map((edge) => {
          const [a, b] = [graph.nodes[edge.from]!, graph.nodes[edge.to]!]
          return distanceM(a, at) + distanceM(at, b) - edge.lengthM
        }),
      )
      expect(offM).toBeLessThan(1e-3)
      if (index === 0) continue
      const before = shift[index - 1]!.truth
      const goneM = distanceM(graph.plane.toPlane(before.lat, before.lon), at)
      expect(goneM).toBeLessThan(6.05 / rateHz + 0.01)
    }
  })

  it('passes through the same whole seconds as at 1 Hz', () => {
    const slow = epochs(ride({ noise: EXACT }), SECONDS)
    expect(shift.filter((_, index) => index % rateHz === 0).map((epoch) => epoch.truth)).toEqual(
      slow.map((epoch) => epoch.truth),
    )
  })

  it('reaches the gateway epoch by epoch', () => {
    const { fixes, rejected } = decode(bytesOf(shift))
    expect(rejected).toEqual({})
    expect(fixes.map((fix) => fix.timeMs)).toEqual(shift.map((epoch) => epoch.timeMs))
  })

  it('tells the sky every 5 s', () => {
    const skies = shift.filter(({ bytes }) => lines(bytes).some((line) => line.includes('GSV')))
    expect(skies).toHaveLength(SECONDS / 5)
  })
})

it('error, gaps and starts last as long as at 1 Hz', () => {
  const rateHz = 10
  const noise = { ...CLEAN, coldStart: true, voidsPerHour: 12, correlationS: 20 }
  const fast = epochs(ride({ noise, receiver: { rateHz } }), 8000 * rateHz)
  const cold = fast.findIndex((epoch) => !epoch.truth.gap)
  expect(cold).toBeGreaterThanOrEqual(20 * rateHz)
  expect(cold).toBeLessThanOrEqual(40 * rateHz)
  const lost = fast.slice(cold).filter((epoch) => epoch.truth.gap).length
  // 12 an hour of 35 s each.
  expect(lost / rateHz).toBeGreaterThan(500)
  expect(lost / rateHz).toBeLessThan(1600)
  const fixed = fast.filter((epoch) => !epoch.truth.gap)
  const meanM = fixed.reduce((sum, epoch) => sum + errorM(epoch), 0) / fixed.length
  expect(meanM).toBeGreaterThan(2)
  expect(meanM).toBeLessThan(6)
})

it('nextMs is the time of the next epoch', () => {
  const fast = ride({ receiver: { rateHz: 3 } })
  expect([fast.nextMs, fast.next().timeMs, fast.nextMs, fast.next().timeMs, fast.nextMs]).toEqual([
    START_MS,
    START_MS,
    START_MS + 330,
    START_MS + 330,
    START_MS + 670,
  ])
})
