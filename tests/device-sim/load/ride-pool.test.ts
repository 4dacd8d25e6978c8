import { expect, test } from 'vitest'
import { FixChecksum } from '../../../device-sim/load/fix-checksum.ts'
import { RidePool } from '../../../device-sim/load/ride-pool.ts'
import { decodeBody } from '../../../proto/codec/codec.ts'

const START_MS = Date.UTC(2026, 4, 1)

function fixesIn(body: Uint8Array) {
  const decoded = decodeBody('fix', body)
  if (decoded.lane !== 'fix') throw new Error('no fixes')
  return decoded.batch.fixes
}

test('a batch is a piece of a ride at the time that was asked for, one fix a second', () => {
  const pool = new RidePool(1, 30)
  const fixes = fixesIn(pool.batch(0, 0, START_MS, new FixChecksum()))
  expect(fixes.map(({ timeMs }) => timeMs)).toEqual(Array.from({ length: 30 }, (_, i) => START_MS + i * 1000))
  for (const { lat, lon, satellites } of fixes) {
    expect(Math.abs(lat - 31.23)).toBeLessThan(0.02)
    expect(Math.abs(lon - 121.47)).toBeLessThan(0.02)
    expect(satellites).toBeGreaterThanOrEqual(9)
  }
})

test('the checksum that a batch leaves is that of its decoded fixes', () => {
  const pool = new RidePool(2, 20)
  const made = new FixChecksum()
  const read = new FixChecksum()
  const bodies = Array.from({ length: 40 }, (_, i) => pool.batch(3, i, START_MS + i * 20_000, made))
  for (const body of bodies.reverse())
    for (const { timeMs, lat, lon } of fixesIn(body))
      read.add(timeMs, Math.round(lat * 1e7), Math.round(lon * 1e7))
  expect(read.value).toEqual(made.value)
  expect(made.value.count).toBe(800)
})

test('the same seed rides the same way', () => {
  const ride = (seed: number) => new RidePool(seed, 10).batch(1, 5, START_MS, new FixChecksum())
  expect(ride(7)).toEqual(ride(7))
  expect(ride(8)).not.toEqual(ride(7))
})

test('a checksum sees one fix more, one less, another time, another place', () => {
  const sum = (...fixes: [number, number, number][]) => {
    const checksum = new FixChecksum()
    for (const fix of fixes) checksum.add(...fix)
    return checksum.value.sum
  }
  const a: [number, number, number] = [START_MS, 312_300_000, 1_214_700_000]
  const b: [number, number, number] = [START_MS + 1000, 312_300_001, 1_214_700_001]
  const others = [
    sum(a),
    sum(a, b, b),
    sum(a, [b[0] + 2 ** 32, b[1], b[2]]),
    sum(a, [b[0] + 1, b[1], b[2]]),
    sum(a, [b[0], b[1] + 1, b[2]]),
    sum(a, [b[0], b[1], -b[2]]),
    sum([a[0], b[1], b[2]], [b[0], a[1], a[2]]),
  ]
  expect(sum(b, a)).toBe(sum(a, b))
  expect(others).not.toContain(sum(a, b))
})
