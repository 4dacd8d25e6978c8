import { describe, expect, it } from 'vitest'
import type { ReceiverOptions } from '../../../device-sim/ebike/receiver-options.ts'
import {
  CLEAN,
  EXACT,
  epochs,
  errorOf,
  fields,
  isDisturbed,
  lines,
  ride,
  START_MS,
} from './ride-under-test.ts'

const shift = (receiver: Partial<ReceiverOptions>, noise = CLEAN) => epochs(ride({ receiver, noise }), 1000)
const place = (bytes: Uint8Array) => fields(bytes, 'RMC').slice(2, 8)
const SPAN = { fromS: 300, toS: 500 }

describe('a frozen receiver', () => {
  it('says one place again and again while time goes on', () => {
    const frozen = shift({ freezes: [SPAN] })
    const honest = shift({})
    for (const [index, epoch] of frozen.entries()) {
      const inSpan = index >= 300 && index < 500
      expect(place(epoch.bytes)).toEqual(place(honest[inSpan ? 300 : index]!.bytes))
      expect(fields(epoch.bytes, 'RMC')[0]).toBe(fields(honest[index]!.bytes, 'RMC')[0])
      // The first of them is still true.
      expect(isDisturbed(epoch, 'frozen')).toBe(inSpan && index > 300)
      const { disturbed, ...without } = epoch.truth
      expect(without).toEqual(honest[index]!.truth)
      expect(disturbed ?? ['frozen']).toEqual(['frozen'])
    }
  })

  it('may repeat whole sentences, time and all', () => {
    const frozen = shift({ freezes: [{ ...SPAN, clock: true }] })
    const repeated = frozen
      .slice(300, 500)
      .map((epoch) => lines(epoch.bytes).filter((line) => !line.includes('GSV')))
    for (const sentences of repeated) expect(sentences).toEqual(repeated[0])
  })
})

describe('a copied track', () => {
  it('has the places of before under the time of now', () => {
    const copied = shift({ copies: [{ ...SPAN, lagS: 250 }] })
    const honest = shift({})
    for (const [index, epoch] of copied.entries()) {
      const inSpan = index >= 300 && index < 500
      expect(place(epoch.bytes)).toEqual(place(honest[inSpan ? index - 250 : index]!.bytes))
      expect(fields(epoch.bytes, 'RMC')[0]).toBe(fields(honest[index]!.bytes, 'RMC')[0])
      expect(isDisturbed(epoch, 'copied')).toBe(inSpan)
    }
  })

  it('copies nothing from before the ride', () => {
    const early = shift({ copies: [{ fromS: 0, toS: 500, lagS: 400 }] })
    expect(early.findIndex((epoch) => isDisturbed(epoch, 'copied'))).toBe(400)
  })
})

it('a spoofed track is moved as a whole', () => {
  for (const [index, epoch] of shift({ spoofs: [{ ...SPAN, eastM: 2000, northM: -500 }] }, EXACT).entries()) {
    const inSpan = index >= 300 && index < 500
    const { xM, yM } = errorOf(epoch)
    expect(xM).toBeCloseTo(inSpan ? 2000 : 0, 0)
    expect(yM).toBeCloseTo(inSpan ? -500 : 0, 0)
    expect(isDisturbed(epoch, 'spoofed')).toBe(inSpan)
  }
})

it('without power a false receiver writes nothing either', () => {
  const cut = shift({
    powerCuts: [{ fromS: 350, toS: 400 }],
    freezes: [SPAN],
    copies: [{ ...SPAN, lagS: 10 }],
  })
  for (const [index, { bytes, truth }] of cut.entries()) {
    const off = index >= 350 && index < 400
    expect(bytes.length === 0).toBe(off)
    if (off) expect(truth).toMatchObject({ gap: 'no-power' })
    if (off) expect(truth.disturbed).toBeUndefined()
  }
})

it('two devices with one inspector have one truth and two errors', () => {
  const carrier = epochs(ride(), 600)
  const carried = epochs(ride({ id: 'ebike-02', rideOf: 'ebike-01' }), 600)
  expect(carried.map((epoch) => epoch.truth)).toEqual(carrier.map((epoch) => epoch.truth))
  const same = carried.filter(
    (epoch, index) => place(epoch.bytes).join() === place(carrier[index]!.bytes).join(),
  )
  expect(same.length).toBeLessThan(10)
  expect(carrier[0]!.timeMs).toBe(START_MS)
})
