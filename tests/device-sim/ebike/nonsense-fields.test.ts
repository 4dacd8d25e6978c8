import { describe, expect, it } from 'vitest'
import { NONSENSE, type Nonsense, spoil } from '../../../device-sim/ebike/nonsense-fields.ts'
import { bytesOf, checksumIsRight, decode, epochs, lines, ride } from './ride-under-test.ts'

const EPOCHS = 20
const REASONS: Record<string, Record<number, string>> = {
  RMC: {
    1: 'time',
    2: 'status',
    3: 'latitude',
    4: 'latitude',
    5: 'longitude',
    7: 'speed',
    8: 'course',
    9: 'date',
  },
  GGA: { 1: 'time', 2: 'latitude', 4: 'longitude', 6: 'quality', 7: 'satellites', 8: 'hdop', 9: 'altitude' },
  VTG: { 1: 'course', 5: 'speed' },
  ZDA: { 2: 'date', 4: 'date' },
}

describe('nonsense under a right checksum', () => {
  it.each<Nonsense>([...NONSENSE])('$formatter field $field: $written', (nonsense) => {
    const clean = bytesOf(epochs(ride(), EPOCHS))
    const texts = clean.map((bytes) => Buffer.from(bytes).toString('latin1'))
    const spoilt = texts.map((text) => spoil(text, nonsense))
    for (const [index, text] of spoilt.entries()) {
      const before = texts[index]!.split('\r\n')
      const changed = text.split('\r\n').filter((line, at) => line !== before[at])
      expect(changed).toHaveLength(1)
      expect(changed[0]!.slice(3, 6)).toBe(nonsense.formatter)
      expect(changed[0]).toContain(`,${nonsense.written}`)
      expect(checksumIsRight(changed[0]!)).toBe(true)
    }
    const { fixes, rejected } = decode(spoilt.map((text) => Buffer.from(text, 'latin1')))
    expect(rejected).toEqual({ [REASONS[nonsense.formatter]![nonsense.field]!]: EPOCHS })
    const honest = decode(clean)
    for (const [index, fix] of fixes.entries()) {
      expect(fix.lat).toBe(honest.fixes[index]!.lat)
      expect(fix.lon).toBe(honest.fixes[index]!.lon)
      if (fix.speedMps !== undefined) expect(fix.speedMps).toBeLessThan(10)
    }
  })

  it('comes as often as asked for, and costs no other sentence', () => {
    const spoilt = ride({ mishaps: { nonsenseFieldsPerHour: 120 } })
    const shift = epochs(spoilt, 10_000)
    const clean = epochs(ride(), 10_000)
    const { rejected, fixes } = decode(bytesOf(shift))
    const happened = spoilt.happened.nonsenseFields
    expect(happened).toBeGreaterThan(270)
    expect(happened).toBeLessThan(400)
    expect(Object.values(rejected).reduce((sum, count) => sum + count)).toBe(happened)
    for (const [index, { bytes }] of shift.entries()) {
      const before = lines(clean[index]!.bytes)
      const after = lines(bytes)
      expect(after).toHaveLength(before.length)
      expect(after.filter((line, at) => line !== before[at]).length).toBeLessThanOrEqual(1)
      expect(after.every(checksumIsRight)).toBe(true)
    }
    for (const { lat, lon, timeMs } of fixes) {
      expect(lat).toBeGreaterThan(31)
      expect(lat).toBeLessThan(32)
      expect(lon).toBeGreaterThan(121)
      expect(lon).toBeLessThan(122)
      expect(new Date(timeMs!).toISOString().slice(0, 10)).toBe('2026-03-02')
    }
  })
})
