import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SequenceRanges } from '../../../device-sim/load/sequence-ranges.ts'

test('numbers in any order, some twice, become the ranges of a set', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (sequences) => {
      const ranges = new SequenceRanges()
      const known = new Set<number>()
      for (const sequence of sequences) {
        expect(ranges.add(sequence)).toBe(!known.has(sequence))
        known.add(sequence)
      }
      const listed = ranges
        .ranges()
        .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
      expect(listed).toEqual([...known].sort((a, b) => a - b))
      expect(ranges.count).toBe(known.size)
      for (const [i, [first]] of ranges.ranges().entries())
        if (i > 0) expect(first - ranges.ranges()[i - 1]![1]).toBeGreaterThan(1)
    }),
  )
})
