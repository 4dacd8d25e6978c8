import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentShare } from '../../../gateway/edge/faults/recent-share.ts'

test.each([
  { name: 'nothing was observed', changes: [], atMs: 5, share: 0 },
  { name: 'it has just begun', changes: [[0, true]], atMs: 0, share: 1 },
  { name: 'it has just begun not to be', changes: [[0, false]], atMs: 0, share: 0 },
  { name: 'all of a short time', changes: [[0, true]], atMs: 40, share: 1 },
  {
    name: 'half of a short time',
    changes: [
      [0, true],
      [20, false],
    ],
    atMs: 40,
    share: 0.5,
  },
  {
    name: 'what lies before the window does not count',
    changes: [
      [0, true],
      [100, false],
    ],
    atMs: 150,
    share: 0.5,
  },
  {
    name: 'long ago',
    changes: [
      [0, true],
      [100, false],
    ],
    atMs: 1000,
    share: 0,
  },
] as { name: string; changes: [number, boolean][]; atMs: number; share: number }[])(
  'in a window of 100 ms: $name',
  ({ changes, atMs, share }) => {
    const recent = new RecentShare(100)
    for (const [changedMs, so] of changes) recent.observe(so, changedMs)
    expect(recent.at(atMs)).toBe(share)
  },
)

test('it is what a look at each millisecond of the window gives', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 80 }), (values) => {
      const recent = new RecentShare(30)
      values.forEach((so, atMs) => {
        recent.observe(so, atMs)
      })
      const seen = values.slice(Math.max(0, values.length - 30))
      expect(recent.at(values.length)).toBeCloseTo(seen.filter((so) => so).length / seen.length, 9)
    }),
  )
})
