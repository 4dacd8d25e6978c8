import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DigitalInput } from '../../../../gateway/edge/drivers/firmata/digital-input.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** What an input says of reports at given times, as `at:value`. */
function said(reports: readonly (readonly [atMs: number, value: 0 | 1])[], untilMs: number) {
  const startMs = performance.now()
  const words: string[] = []
  let bounces = 0
  const input = new DigitalInput(
    (value) => words.push(`${performance.now() - startMs}:${value}`),
    () => bounces++,
  )
  for (const [atMs, value] of reports) {
    vi.advanceTimersByTime(startMs + atMs - performance.now())
    input.report(value)
  }
  vi.advanceTimersByTime(startMs + untilMs - performance.now())
  input.stop()
  return { words, bounces }
}

test.each([
  ['the first report is told at once', [[0, 0]], ['0:0'], 0],
  [
    'a change is told at once',
    [
      [0, 0],
      [500, 1],
    ],
    ['0:0', '500:1'],
    0,
  ],
  [
    'what repeats it within a second is not',
    [
      [0, 0],
      [400, 0],
      [999, 0],
    ],
    ['0:0'],
    0,
  ],
  [
    'what repeats it later is',
    [
      [0, 0],
      [1000, 0],
      [1500, 0],
      [2000, 0],
    ],
    ['0:0', '1000:0', '2000:0'],
    0,
  ],
  [
    'a bounce that comes back is not',
    [
      [0, 0],
      [500, 1],
      [501, 0],
      [502, 1],
      [2000, 1],
    ],
    ['0:0', '500:1', '2000:1'],
    2,
  ],
  [
    'a bounce that ends elsewhere is, once',
    [
      [0, 0],
      [500, 1],
      [510, 0],
      [520, 1],
      [530, 0],
    ],
    ['0:0', '500:1', '600:0'],
    3,
  ],
  [
    'a pulse is told with both its edges',
    [
      [0, 0],
      [500, 1],
      [503, 0],
    ],
    ['0:0', '500:1', '600:0'],
    1,
  ],
  [
    'changes a tenth of a second apart are all told',
    [
      [0, 0],
      [100, 1],
      [200, 0],
    ],
    ['0:0', '100:1', '200:0'],
    0,
  ],
] as [string, [number, 0 | 1][], string[], number][])('%s', (_, reports, words, bounces) => {
  expect(said(reports, 5000)).toEqual({ words, bounces })
})

test('a contact that never rests is told ten times a second', () => {
  const reports = Array.from({ length: 3000 }, (_, i): [number, 0 | 1] => [i, i % 2 === 0 ? 0 : 1])
  const { words, bounces } = said(reports, 3000)
  expect(words.length).toBeLessThanOrEqual(30)
  expect(bounces).toBeGreaterThan(2900)
})

test('after stop nothing is told, of a bounce either', () => {
  const words: number[] = []
  const input = new DigitalInput(
    (value) => words.push(value),
    () => {},
  )
  input.report(0)
  input.report(1)
  input.stop()
  vi.advanceTimersByTime(10_000)
  expect(words).toEqual([0])
})
