import { describe, expect, it } from 'vitest'
import type { ReceiverOptions } from '../../../device-sim/ebike/receiver-options.ts'
import type { Surroundings } from '../../../device-sim/ebike/surroundings.ts'
import {
  bytesOf,
  decode,
  EXACT,
  epochs,
  errorM,
  errorOf,
  fields,
  graph,
  isDisturbed,
  ride,
  runs,
  START_MS,
} from './ride-under-test.ts'

const TUNNEL = { fromS: 600, toS: 660 }

function through(surroundings: Partial<Surroundings>, receiver: Partial<ReceiverOptions> = { make: 'gp' }) {
  return ride({ noise: EXACT, surroundings, receiver })
}

describe('a tunnel by time', () => {
  const shift = epochs(through({ tunnels: [TUNNEL] }), 900)

  it('has no fix inside, nor for 1 to 4 s after', () => {
    const lost = shift.filter((epoch) => epoch.truth.gap)
    expect(lost[0]!.timeMs).toBe(START_MS + 600_000)
    expect(lost.length).toBeGreaterThanOrEqual(61)
    expect(lost.length).toBeLessThanOrEqual(64)
    for (const { bytes, truth } of lost) {
      expect(truth).toMatchObject({ gap: 'no-fix', disturbed: ['tunnel'] })
      expect(fields(bytes, 'RMC').slice(1, 6)).toEqual(['V', '', '', '', ''])
      expect(fields(bytes, 'GGA')[5]).toBe('0')
    }
  })

  it('leaves an error of 10 to 40 m at the exit that decays', () => {
    const after = shift.filter((epoch) => isDisturbed(epoch, 'tunnel') && !epoch.truth.gap)
    expect(errorM(after[0]!)).toBeGreaterThan(10)
    expect(errorM(after[0]!)).toBeLessThan(40)
    for (let index = 1; index < after.length; index++)
      expect(errorM(after[index]!)).toBeLessThan(errorM(after[index - 1]!))
    expect(after.length).toBeLessThan(30)
    const settled = shift[shift.indexOf(after.at(-1)!) + 1]!
    expect(errorM(settled)).toBeLessThan(0.1)
    expect(settled.truth.disturbed).toBeUndefined()
  })
})

describe('a tunnel by place', () => {
  const street = graph.edges.find((edge) => edge.grids.length > 0 && edge.lengthM > 60)!.street

  it('covers the stretch of the street, in every passage and both directions, and nothing else', () => {
    const ridden = new Map<string, number>()
    for (const epoch of epochs(ride(), 20_000))
      ridden.set(epoch.truth.onStreet!, (ridden.get(epoch.truth.onStreet!) ?? 0) + 1)
    const busiest = [...ridden].sort((a, b) => b[1] - a[1])[0]![0]
    const edges = graph.edges.filter((edge) => edge.street === busiest)
    const [first] = edges
    const fromM = first!.lengthM / 2
    const toM = first!.lengthM + (edges[1]?.lengthM ?? 0) / 2
    const begin = graph.nodes[first!.from]!
    const shift = epochs(through({ tunnels: [{ street: busiest, fromM, toM }] }), 20_000)
    const covered = shift.filter((epoch) => epoch.truth.gap)
    expect(covered.length).toBeGreaterThan(20)
    const onPart = (epoch: (typeof shift)[number]) => {
      if (epoch.truth.onStreet !== busiest) return false
      const at = graph.plane.toPlane(epoch.truth.lat, epoch.truth.lon)
      const awayM = Math.hypot(at.xM - begin.xM, at.yM - begin.yM)
      return awayM > fromM + 0.1 && awayM < first!.lengthM - 0.1
    }
    // The first edge is straight, so that distance from its beginning is distance along it.
    const inside = shift.filter(onPart)
    expect(inside.length).toBeGreaterThan(5)
    for (const epoch of inside) expect(epoch.truth.gap).toBe('no-fix')
    for (const passage of runs(shift, (epoch) => epoch.truth.gap === 'no-fix'))
      expect(passage[0]!.truth.onStreet).toBe(busiest)
  })

  it('is the whole street unless said, and the same for all who ride there', () => {
    for (const id of ['ebike-01', 'ebike-02'])
      for (const { truth } of epochs(
        ride({ id, noise: EXACT, surroundings: { tunnels: [{ street }] }, receiver: { make: 'gp' } }),
        6000,
      ))
        if (truth.onStreet === street) expect(truth.gap).toBe('no-fix')
  })

  it('refuses a street that is not there', () => {
    expect(() => through({ tunnels: [{ street: 'nowhere' }] })).toThrow('"nowhere": no such street')
  })
})

describe('underpasses', () => {
  it('lie in the share of streets asked for, at places that all e-bikes find', () => {
    const streetsWithout = (id: string, underpassShare: number) => {
      const passed = runs(
        epochs(
          ride({ id, noise: EXACT, surroundings: { underpassShare }, receiver: { make: 'gp' } }),
          20_000,
        ),
        (epoch) => epoch.truth.gap === 'no-fix',
      )
      return new Set(passed.map(([first]) => first!.truth.onStreet))
    }
    const streets = new Set(epochs(ride(), 20_000).map((epoch) => epoch.truth.onStreet))
    const one = streetsWithout('ebike-01', 0.3)
    const other = streetsWithout('ebike-02', 0.3)
    expect(one.size / streets.size).toBeGreaterThan(0.1)
    expect(one.size / streets.size).toBeLessThan(0.55)
    expect([...one].filter((each) => other.has(each)).length).toBeGreaterThan(one.size * 0.7)
    expect(streetsWithout('ebike-01', 0).size).toBe(0)
  })
})

describe('dead reckoning', () => {
  const inside = (receiver: Partial<ReceiverOptions>) =>
    epochs(through({ tunnels: [TUNNEL] }, receiver), 900).filter((epoch) => epoch.truth.gap)

  it('goes on as it last moved for the first seconds, marked as estimated', () => {
    const lost = inside({ make: 'gn-gb' })
    const reckoned = lost.filter((epoch) => epoch.truth.disturbed?.includes('estimated'))
    expect(reckoned).toEqual(lost.slice(0, 12))
    for (const { bytes } of reckoned) {
      const rmc = fields(bytes, 'RMC')
      expect([rmc[1], rmc[11]]).toEqual(['A', 'E'])
      expect(fields(bytes, 'GGA')[5]).toBe('6')
      expect(fields(bytes, 'VTG')[8]).toBe('E')
      expect(fields(bytes, 'GSA')[1]).toBe('2')
    }
    const first = errorOf(reckoned[0]!)
    const last = errorOf(reckoned.at(-1)!)
    expect(Math.hypot(first.xM, first.yM)).toBeLessThan(3)
    expect(Math.hypot(last.xM, last.yM)).toBeLessThan(12 * 6)
  })

  it('is told with status V by another make, not at all by most, and as long as asked', () => {
    const strict = inside({ make: 'gb' })
    expect(strict.filter((epoch) => isDisturbed(epoch, 'estimated'))).toHaveLength(5)
    const rmc = fields(strict[0]!.bytes, 'RMC')
    expect([rmc[1], rmc[11]]).toEqual(['V', 'E'])
    for (const make of ['gn-bd', 'bd', 'gp'] as const)
      expect(inside({ make }).some((epoch) => isDisturbed(epoch, 'estimated'))).toBe(false)
    const long = inside({ make: 'gp', deadReckoningS: 30 })
    expect(long.filter((epoch) => isDisturbed(epoch, 'estimated'))).toHaveLength(30)
  })

  it('reaches the gateway as estimated, or as no fix', () => {
    for (const [make, estimated] of [
      ['gn-gb', 12],
      ['gb', 0],
    ] as const) {
      const { fixes } = decode(bytesOf(epochs(through({ tunnels: [TUNNEL] }, { make }), 900)))
      expect(fixes.filter((fix) => fix.quality === 'estimated')).toHaveLength(estimated)
    }
  })
})
