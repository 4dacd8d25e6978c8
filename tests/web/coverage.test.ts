import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CANNOT_TELL,
  COVERED,
  cellKinds,
  OUTSIDE,
  UNCOVERED,
} from '../../dashboards/web/src/patrol-coverage/bitmap.ts'
import { paintCells } from '../../dashboards/web/src/patrol-coverage/paint.ts'
import { runQueue } from '../../dashboards/web/src/patrol-coverage/queue.ts'

const base64 = (bits: readonly boolean[]) => {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [index, bit] of bits.entries()) if (bit) bytes[index >> 3]! |= 1 << (index & 7)
  return Buffer.from(bytes).toString('base64')
}

const cellsOf = (columns: number, rows: number, kinds: readonly number[]) => ({
  sizeM: 10,
  columns,
  rows,
  west: 121,
  south: 31,
  cellLonDeg: 1e-4,
  cellLatDeg: 2e-4,
  inside: base64(kinds.map((kind) => kind !== OUTSIDE)),
  covered: base64(kinds.map((kind) => kind === COVERED)),
  cannotTell: base64(kinds.map((kind) => kind === CANNOT_TELL)),
})

describe('cells', () => {
  test('bitmaps are read lowest bit first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(OUTSIDE, UNCOVERED, COVERED, CANNOT_TELL), { minLength: 1 }),
        (kinds) => {
          expect([...cellKinds(cellsOf(kinds.length, 1, kinds))]).toEqual(kinds)
        },
      ),
    )
  })

  test('what lies outside the grid is nothing, whatever the other bitmaps say', () => {
    const cells = { ...cellsOf(3, 1, [OUTSIDE, OUTSIDE, OUTSIDE]), covered: base64([true, true, true]) }
    expect([...cellKinds(cells)]).toEqual([OUTSIDE, OUTSIDE, OUTSIDE])
  })

  test('a bitmap that is too short is refused', () => {
    const cells = { ...cellsOf(9, 1, Array(9).fill(COVERED)), covered: base64([true]) }
    expect(() => cellKinds(cells)).toThrow('coverage bitmap covered: 1 bytes, expected 2')
  })

  test('are painted with the north row on top', () => {
    // South: covered, outside. North: uncovered, cannot tell.
    const { width, height, pixels, bounds } = paintCells(
      cellsOf(2, 2, [COVERED, OUTSIDE, UNCOVERED, CANNOT_TELL]),
    )
    const scale = width / 2
    const middle = Math.floor(scale / 2)
    const colour = (column: number, row: number) => {
      const at = ((row * scale + middle) * width + column * scale + middle) * 4
      return [...pixels.slice(at, at + 4)]
    }
    expect(height).toBe(width)
    expect(colour(1, 1)).toEqual([0, 0, 0, 0])
    const [uncovered, unknown, covered] = [colour(0, 0), colour(1, 0), colour(0, 1)]
    expect(uncovered[0]).toBeGreaterThan(uncovered[2]!)
    expect(covered[1]).toBeGreaterThan(covered[0]!)
    expect(unknown[3]).toBeGreaterThan(0)
    expect(new Set([uncovered, unknown, covered].map(String)).size).toBe(3)
    expect(bounds).toEqual([121, 31, 121 + 2e-4, 31 + 4e-4])
  })

  test('a large grid makes no picture larger than a graphics card takes', () => {
    const { width, height } = paintCells(cellsOf(1500, 20, Array(30_000).fill(COVERED)))
    expect(Math.max(width, height)).toBeLessThanOrEqual(2048)
  })
})

describe('a few at a time', () => {
  const never = new AbortController().signal

  test('all are done, in order, with no more than asked for at once', async () => {
    let running = 0
    let most = 0
    const done: number[] = []
    await runQueue(
      [1, 2, 3, 4, 5, 6, 7],
      3,
      async (item) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        return item * 10
      },
      (_item, outcome) => done.push('result' in outcome ? outcome.result : -1),
      never,
    )
    expect(done).toEqual([10, 20, 30, 40, 50, 60, 70])
    expect(most).toBe(3)
  })

  test('one failure is told and stops nothing', async () => {
    const told: unknown[] = []
    await runQueue(
      ['a', 'bad', 'c'],
      1,
      async (item) => {
        if (item === 'bad') throw new Error('no such grid')
        return item
      },
      (_item, outcome) => told.push('result' in outcome ? outcome.result : String(outcome.error)),
      never,
    )
    expect(told).toEqual(['a', 'Error: no such grid', 'c'])
  })

  test('once stopped, nothing more is begun or told', async () => {
    const control = new AbortController()
    const begun: number[] = []
    const told: number[] = []
    await runQueue(
      [1, 2, 3, 4],
      1,
      async (item) => {
        begun.push(item)
        if (item === 2) control.abort()
      },
      (item) => told.push(item),
      control.signal,
    )
    expect(begun).toEqual([1, 2])
    expect(told).toEqual([1])
  })
})
