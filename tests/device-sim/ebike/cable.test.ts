import { describe, expect, it } from 'vitest'
import type { Mishaps } from '../../../device-sim/ebike/mishaps.ts'
import { casicFrame, protocolFrame, ubxFrame } from '../../../device-sim/ebike/protocol-frames.ts'
import { Random } from '../../../device-sim/random.ts'
import { bytesOf, checksumIsRight, decode, epochs, lines, ride } from './ride-under-test.ts'

const COUNT = 5000
const clean = bytesOf(epochs(ride(), COUNT))
const honest = decode(clean)

function carried(mishaps: Partial<Mishaps>) {
  const through = ride({ mishaps })
  const shift = epochs(through, COUNT)
  return { happened: through.happened, shift, decoded: decode(bytesOf(shift)) }
}

const refused = (rejected: Readonly<Record<string, number>>) =>
  Object.values(rejected).reduce((sum, count) => sum + count, 0)

describe('cut lines', () => {
  const { happened, shift, decoded } = carried({ cutLinesPerHour: 200 })

  it('come as often as asked for and lose the beginning or the end of one sentence', () => {
    expect(happened.cutLines).toBeGreaterThan(220)
    expect(happened.cutLines).toBeLessThan(340)
    const hit = shift.filter(({ bytes }, index) => bytes.length < clean[index]!.length)
    expect(hit).toHaveLength(happened.cutLines)
    let beginnings = 0
    for (const { bytes } of hit) {
      const index = shift.findIndex((epoch) => epoch.bytes === bytes)
      const before = Buffer.from(clean[index]!).toString('latin1')
      const after = Buffer.from(bytes).toString('latin1')
      let same = 0
      while (same < after.length && after[same] === before[same]) same++
      const gone = before.length - after.length
      // What is left before and after the cut is what was there.
      expect(before.slice(same + gone).endsWith(after.slice(same))).toBe(true)
      expect(gone).toBeLessThan(85)
      if (before[same] === '$' || before.slice(same, same + gone).startsWith('$')) beginnings++
    }
    expect(beginnings).toBeGreaterThan(30)
    expect(beginnings).toBeLessThan(happened.cutLines - 30)
  })

  it('cost the gateway no sentence beside the one that was cut', () => {
    expect(honest.sentences - decoded.sentences).toBeLessThanOrEqual(happened.cutLines)
    expect(honest.sentences - decoded.sentences).toBeGreaterThan(happened.cutLines * 0.9)
    expect(decoded.rejected.cut).toBeGreaterThan(0)
    expect(decoded.skippedBytes).toBeGreaterThan(0)
    expect(decoded.fixes).toHaveLength(COUNT)
  })
})

it('doubled lines repeat one sentence and make no second fix', () => {
  const { happened, shift, decoded } = carried({ doubledLinesPerHour: 400 })
  expect(happened.doubledLines).toBeGreaterThan(450)
  for (const [index, { bytes }] of shift.entries()) {
    const before = lines(clean[index]!)
    const after = lines(bytes)
    const twice = after.filter((line, at) => line === after[at - 1])
    expect(after.filter((line, at) => line !== after[at - 1])).toEqual(before)
    expect(twice.length).toBe(after.length - before.length)
  }
  expect(decoded.rejected).toEqual({})
  expect(decoded.fixes.map((fix) => fix.timeMs)).toEqual(honest.fixes.map((fix) => fix.timeMs))
})

it('flipped bits are as many as asked for, and found by checksums', () => {
  const { happened, shift, decoded } = carried({ flippedBits: 0.0002 })
  let flipped = 0
  let bytesInAll = 0
  for (const [index, { bytes }] of shift.entries()) {
    expect(bytes).toHaveLength(clean[index]!.length)
    bytesInAll += bytes.length
    for (const [at, byte] of bytes.entries()) {
      const changed = byte ^ clean[index]![at]!
      if (changed === 0) continue
      flipped++
      expect(changed & (changed - 1)).toBe(0)
    }
  }
  expect(flipped).toBe(happened.flippedBits)
  expect(flipped / bytesInAll).toBeGreaterThan(0.00016)
  expect(flipped / bytesInAll).toBeLessThan(0.00024)
  // A sentence with one bit wrong is refused; a `$` or a checksum digit in small letters aside.
  expect(honest.sentences - decoded.sentences).toBeGreaterThan(flipped * 0.8)
  expect(refused(decoded.rejected)).toBeGreaterThan(flipped * 0.8)
  for (const { lat, lon } of decoded.fixes) expect([Math.round(lat), Math.round(lon)]).toEqual([31, 121])
})

describe('frames of binary protocols', () => {
  it('have right checksums', () => {
    // ACK-ACK of CFG-MSG, and NAV-POSECEF asked for, from u-blox' own examples.
    expect(ubxFrame({ class: 0x05, id: 0x01 }, Uint8Array.of(0x06, 0x01))).toEqual(
      Uint8Array.of(0xb5, 0x62, 0x05, 0x01, 0x02, 0x00, 0x06, 0x01, 0x0f, 0x38),
    )
    expect(ubxFrame({ class: 0x0a, id: 0x04 }, new Uint8Array())).toEqual(
      Uint8Array.of(0xb5, 0x62, 0x0a, 0x04, 0x00, 0x00, 0x0e, 0x34),
    )
    // By hand: 0x01050004 + 0x00000106.
    expect(casicFrame({ class: 0x05, id: 0x01 }, Uint8Array.of(0x06, 0x01, 0x00, 0x00))).toEqual(
      Uint8Array.of(0xba, 0xce, 0x04, 0x00, 0x05, 0x01, 0x06, 0x01, 0x00, 0x00, 0x0a, 0x01, 0x05, 0x01),
    )
  })

  it('are of both protocols, every other one with a $ in it', () => {
    const random = new Random(1, 'frames')
    const frames = Array.from({ length: 400 }, () => Buffer.from(protocolFrame(random)))
    const ubx = frames.filter((frame) => frame.readUInt16BE(0) === 0xb562)
    const casic = frames.filter((frame) => frame.readUInt16BE(0) === 0xbace)
    expect(ubx.length + casic.length).toBe(400)
    expect(Math.min(ubx.length, casic.length)).toBeGreaterThan(150)
    for (const frame of ubx) expect(frame.length).toBe(8 + frame.readUInt16LE(4))
    for (const frame of casic) expect(frame.length).toBe(10 + frame.readUInt16LE(2))
    expect(frames.filter((frame) => frame.includes('$')).length).toBeGreaterThan(200)
    expect(frames.filter((frame) => frame.includes('$GPRMC,')).length).toBeGreaterThan(10)
  })

  it('stand between the sentences and cost the gateway none of them', () => {
    const { happened, shift, decoded } = carried({ protocolFramesPerHour: 720 })
    expect(happened.protocolFrames).toBeGreaterThan(850)
    for (const [index, { bytes }] of shift.entries()) {
      const text = Buffer.from(bytes).toString('latin1')
      for (const line of lines(clean[index]!)) expect(text).toContain(`${line}\r\n`)
    }
    expect(decoded.fixes).toEqual(honest.fixes)
    expect(decoded.sentences).toBe(honest.sentences)
    expect(decoded.skippedBytes).toBeGreaterThan(happened.protocolFrames * 8)
  })
})

it('each kind of mishap has random numbers of its own', () => {
  const cut = carried({ cutLinesPerHour: 100 })
  const both = carried({ cutLinesPerHour: 100, nonsenseFieldsPerHour: 100, protocolFramesPerHour: 100 })
  expect(both.happened.cutLines).toBe(cut.happened.cutLines)
  const hit = ({ shift }: typeof cut) =>
    shift.flatMap(({ bytes }, index) => (bytes.length < clean[index]!.length ? [index] : []))
  const missing = hit(cut).filter((index) => !hit(both).includes(index))
  // Where a frame stands in the same epoch, the epoch is longer than it was.
  expect(missing.length).toBeLessThan(10)
})

it('happens in the spans asked for', () => {
  const { shift, happened } = carried({ cutLinesPerHour: 3600, during: [{ fromS: 1000, toS: 1100 }] })
  expect(happened.cutLines).toBe(100)
  for (const [index, { bytes }] of shift.entries())
    expect(bytes.length < clean[index]!.length).toBe(index >= 1000 && index < 1100)
})

it('a cable in order changes nothing', () => {
  expect(carried({}).shift.every(({ bytes }) => lines(bytes).every(checksumIsRight))).toBe(true)
  expect(bytesOf(carried({}).shift)).toEqual(clean)
})
