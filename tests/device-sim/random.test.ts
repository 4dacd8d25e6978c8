import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noiseAt, Random } from '../../device-sim/random.ts'

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.next())

describe('Random', () => {
  it('gives the same numbers for the same seed and stream, on every machine', () => {
    expect(draw(new Random(1, 'a'), 3).map((value) => value * 2 ** 32)).toEqual(GOLDEN)
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, stream) => {
        expect(draw(new Random(seed, stream), 5)).toEqual(draw(new Random(seed, stream), 5))
      }),
    )
  })

  it('gives other numbers for another seed or stream', () => {
    const first = draw(new Random(1, 'a'), 5)
    expect(draw(new Random(2, 'a'), 5)).not.toEqual(first)
    expect(draw(new Random(1, 'b'), 5)).not.toEqual(first)
  })

  it('is uniform and normal enough', () => {
    const random = new Random(7, 'moments')
    const uniform = draw(random, 100_000)
    expect(mean(uniform)).toBeCloseTo(0.5, 2)
    expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
    const normal = Array.from({ length: 100_000 }, () => random.gauss())
    expect(Math.abs(mean(normal))).toBeLessThan(0.02)
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1)
    const waits = Array.from({ length: 100_000 }, () => random.waitS(2))
    expect(mean(waits) / 1800).toBeCloseTo(1, 1)
  })

  it('keeps to the bounds that it is given', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -50, max: 50 }), fc.nat(50), (seed, min, span) => {
        const random = new Random(seed, 'bounds')
        for (let index = 0; index < 20; index++) {
          const drawn = random.integer(min, min + span)
          expect(Number.isInteger(drawn) && drawn >= min && drawn <= min + span).toBe(true)
        }
        const items = Array.from({ length: span + 1 }, (_, index) => index)
        expect(items).toContain(random.pick(items))
        expect(random.shuffled(items).sort((a, b) => a - b)).toEqual(items)
      }),
    )
    const random = new Random(1, 'edge')
    expect(random.waitS(0)).toBe(Infinity)
    expect(() => random.pick([])).toThrow('at least one item')
  })
})

it('noiseAt is a function of seed and tick, within one, without a trend', () => {
  const noise = Array.from({ length: 50_000 }, (_, tick) => noiseAt(3, tick))
  expect(noiseAt(3, 17)).toBe(noise[17])
  expect(noiseAt(4, 17)).not.toBe(noise[17])
  expect(Math.max(...noise)).toBeLessThan(1)
  expect(Math.min(...noise)).toBeGreaterThanOrEqual(-1)
  expect(Math.abs(mean(noise))).toBeLessThan(0.02)
})

/** Changes only when the generator does, and then every golden of the simulator changes. */
const GOLDEN = [2_870_876_368, 2_632_849_618, 996_737_350]

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
