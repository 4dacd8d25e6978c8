import { expect, it } from 'vitest'
import type { MakeName } from '../../../device-sim/ebike/makes.ts'
import { epochs, fields, lines, ride } from './ride-under-test.ts'

const MAKES: MakeName[] = ['gn-gb', 'gn-bd', 'bd', 'gp', 'gb']

const bodies = (bytes: Uint8Array, formatter: string) =>
  lines(bytes)
    .filter((line) => line.slice(3, 6) === formatter)
    .map((line) => line.slice(0, line.lastIndexOf('*')).split(','))

it.each(MAKES)('%s uses satellites that are in view, and counts them alike', (make) => {
  const shift = epochs(ride({ receiver: { make }, surroundings: { canyonShare: 0.5 } }), 3000)
  const counts = new Set<number>()
  for (const { bytes } of shift) {
    const gsv = bodies(bytes, 'GSV')
    const used = bodies(bytes, 'GSA').map((gsa) => gsa.slice(3, 15).filter((number) => number !== ''))
    const count = Number(fields(bytes, 'GGA')[6])
    counts.add(count)
    // One GSA a constellation; it has twelve places.
    const listed = used.flat().length
    if (used.length === 1) expect(listed).toBe(Math.min(12, count))
    else expect(listed).toBe(count)
    if (gsv.length === 0) continue
    const perTalker = new Map<string, { number: string; snr: string }[]>()
    for (const [address, , , total, ...rest] of gsv) {
      const talker = address!.slice(1, 3)
      const inView = perTalker.get(talker) ?? []
      for (let at = 0; at + 3 < rest.length; at += 4) inView.push({ number: rest[at]!, snr: rest[at + 3]! })
      perTalker.set(talker, inView)
      expect(Number(total)).toBeGreaterThanOrEqual(inView.length)
    }
    expect(perTalker.size).toBe(used.length)
    for (const [index, inView] of [...perTalker.values()].entries()) {
      expect(new Set(inView.map(({ number }) => number)).size).toBe(inView.length)
      for (const number of used[index]!) {
        const satellite = inView.find((each) => each.number === number)
        expect(Number(satellite?.snr)).toBeGreaterThan(20)
      }
    }
    const allInView = [...perTalker.values()].flat()
    expect(allInView.length).toBeGreaterThanOrEqual(count)
    expect(allInView.filter(({ snr }) => snr !== '').length).toBeGreaterThanOrEqual(count)
  }
  expect(Math.min(...counts)).toBeLessThan(10)
  expect(Math.max(...counts)).toBeGreaterThan(12)
})

it('hears no satellite in a cold start', () => {
  const { bytes } = ride({ noise: { coldStart: true }, receiver: { make: 'gp' } }).next()
  for (const gsv of bodies(bytes, 'GSV')) for (let at = 7; at < gsv.length; at += 4) expect(gsv[at]).toBe('')
})
