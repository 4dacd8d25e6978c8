import { expect, it } from 'vitest'
import { Multipath } from '../../../device-sim/ebike/multipath.ts'
import { Random } from '../../../device-sim/random.ts'
import { CLEAN, EXACT, epochs, errorOf, fields, isDisturbed, ride, runs } from './ride-under-test.ts'

const REFLECTING = epochs(
  ride({ noise: { ...EXACT, multipathPerHour: 60 }, surroundings: { canyonShare: 1 } }),
  20_000,
)
const echoes = runs(REFLECTING, (epoch) => isDisturbed(epoch, 'multipath'))

it('comes as often as asked for and lasts 2 to 20 s', () => {
  // 60 an hour, each of 11 s on average in which no other begins.
  expect(echoes.length).toBeGreaterThan(220)
  expect(echoes.length).toBeLessThan(340)
  for (const echo of echoes.slice(0, -1)) {
    expect(echo.length).toBeGreaterThanOrEqual(2)
    expect(echo.length).toBeLessThanOrEqual(20)
  }
})

it('puts the position 15 to 80 m to one side of the street, at once, and back at once', () => {
  for (const echo of echoes) {
    const first = errorOf(echo[0]!)
    for (const epoch of echo) {
      const { xM, yM } = errorOf(epoch)
      expect(Math.hypot(xM, yM)).toBeGreaterThan(14.9)
      expect(Math.hypot(xM, yM)).toBeLessThan(80.1)
      expect(Math.hypot(xM - first.xM, yM - first.yM)).toBeLessThan(0.1)
    }
    const course = (echo[0]!.truth.courseDeg * Math.PI) / 180
    const alongM = first.xM * Math.sin(course) + first.yM * Math.cos(course)
    expect(Math.abs(alongM)).toBeLessThan(0.1)
  }
  const sides = new Set(
    echoes.map((echo) => {
      const course = (echo[0]!.truth.courseDeg * Math.PI) / 180
      const { xM, yM } = errorOf(echo[0]!)
      return Math.sign(xM * Math.cos(course) - yM * Math.sin(course))
    }),
  )
  expect(sides).toEqual(new Set([1, -1]))
  for (const epoch of REFLECTING.filter((each) => !isDisturbed(each, 'multipath'))) {
    const { xM, yM } = errorOf(epoch)
    expect(Math.hypot(xM, yM)).toBeLessThan(0.1)
  }
})

it('tells a good HDOP more often than not, and a speed that does not fit', () => {
  const all = echoes.flat()
  const good = all.filter((epoch) => Number(fields(epoch.bytes, 'GGA')[7]) < 1.31)
  expect(good.length / all.length).toBeGreaterThan(0.6)
  const misfits = all.filter((epoch) => {
    const saidMps = Number(fields(epoch.bytes, 'RMC')[6]) * (1852 / 3600)
    return Math.abs(saidMps - epoch.truth.speedMps) > 1
  })
  expect(misfits.length / all.length).toBeGreaterThan(0.4)
})

it('happens in canyons alone, and not unless asked for', () => {
  const bare = epochs(
    ride({ noise: { ...CLEAN, multipathPerHour: 3600 }, surroundings: { canyonShare: 0 } }),
    3000,
  )
  expect(bare.some((epoch) => isDisturbed(epoch, 'multipath'))).toBe(false)
  const usual = epochs(ride({ surroundings: { canyonShare: 1 } }), 3000)
  expect(usual.some((epoch) => epoch.truth.disturbed)).toBe(false)
})

it('changes nothing outside of the echoes', () => {
  const options = { surroundings: { canyonShare: 0.5 } }
  const without = epochs(ride(options), 8000)
  const reflecting = epochs(ride({ ...options, noise: { ...CLEAN, multipathPerHour: 60 } }), 8000)
  expect(reflecting.some((epoch) => isDisturbed(epoch, 'multipath'))).toBe(true)
  for (const [index, epoch] of reflecting.entries())
    if (!isDisturbed(epoch, 'multipath')) expect(epoch.bytes).toEqual(without[index]!.bytes)
})

it('ends with the canyon', () => {
  const multipath = new Multipath(3600, 1, new Random(1, 'walls'))
  const steps = Array.from({ length: 4000 }, (_, index) => ({
    canyon: index % 7 < 4,
    reflection: multipath.step(index % 7 < 4, 0),
  }))
  expect(steps.filter(({ canyon, reflection }) => canyon && reflection).length).toBeGreaterThan(500)
  expect(steps.filter(({ canyon, reflection }) => !canyon && reflection)).toEqual([])
})
