import { expect, test } from 'vitest'
import { lampOut } from '../../../gateway/edge/faults/lamp-out.ts'

const RULE = { raise: 0.1, clear: 0.2, holdMs: 10_000, darkLux: 20 }

/** A second each: [light, current]. */
function run(seconds: [number, number][], raised = false): string[] {
  const detector = lampOut(RULE, raised)
  return seconds.flatMap(([light, current], i) => {
    detector.observe({ metric: 'light_lux', value: light, atMs: i * 1000 })
    const verdict = detector.observe({ metric: 'current_a', value: current, atMs: i * 1000 })
    return verdict ? [`${verdict}@${i}`] : []
  })
}
const seconds = (count: number, light: number, current: number): [number, number][] =>
  Array.from({ length: count }, () => [light, current])

test('no current in the dark for the hold time is a lamp out', () => {
  expect(run([...seconds(3, 3, 0.6), ...seconds(12, 3, 0)])).toEqual(['raised@13'])
})

test('no current by day is no fault', () => {
  expect(run(seconds(60, 400, 0))).toEqual([])
})

test('a cloud at noon, shorter than the hold time, is no fault', () => {
  expect(run([...seconds(5, 400, 0), ...seconds(9, 10, 0), ...seconds(20, 400, 0)])).toEqual([])
})

test('a lamp that was out stays out at dawn, until it burns', () => {
  expect(run([...seconds(12, 3, 0), ...seconds(30, 400, 0), ...seconds(2, 3, 0.6)])).toEqual([
    'raised@10',
    'cleared@42',
  ])
})

test('a light sensor that fell silent an hour ago says nothing about now', () => {
  const detector = lampOut(RULE, false)
  detector.observe({ metric: 'light_lux', value: 3, atMs: 0 })
  const verdicts = Array.from({ length: 30 }, (_, i) =>
    detector.observe({ metric: 'current_a', value: 0, atMs: 3_600_000 + i * 1000 }),
  )
  expect(verdicts.filter(Boolean)).toEqual([])
})
