import { expect, test } from 'vitest'
import { ShakenHold } from '../../../gateway/edge/faults/shaken-hold.ts'

/** The second at which it was held, of a side for each tenth of a second. */
function heldAtS(sideAt: (s: number) => number, untilS: number): number | undefined {
  const hold = new ShakenHold({ holdMs: 5000, vibrationMs: 2000 })
  for (let tenth = 0; tenth <= untilS * 10; tenth++)
    if (hold.observe(sideAt(tenth / 10), tenth * 100)) return tenth / 10
  return undefined
}

test.each([
  { name: 'beyond from the second second on', side: (s: number) => (s >= 2 ? 1 : 0), held: 7 },
  { name: 'to the other side', side: (s: number) => (s >= 2 ? -1 : 0), held: 7 },
  { name: 'for less than the hold', side: (s: number) => (s < 4.9 ? 1 : 0), held: undefined },
  {
    name: 'away for a second and a half meanwhile',
    side: (s: number) => (s > 2 && s < 3.5 ? 0 : 1),
    held: 5,
  },
  {
    name: 'away for three seconds: from the beginning',
    side: (s: number) => (s > 2 && s < 5 ? 0 : 1),
    held: 10,
  },
  { name: 'away at the moment of the verdict', side: (s: number) => (s > 4.5 && s < 5.5 ? 0 : 1), held: 5.5 },
  {
    name: 'to one side and the other in turn',
    side: (s: number) => (Math.floor(s) % 2 ? 1 : -1),
    held: undefined,
  },
  { name: 'a third of the time', side: (s: number) => ((s * 10) % 30 < 10 ? 1 : 0), held: undefined },
])('$name', ({ side, held }) => expect(heldAtS(side, 60)).toBe(held))

test('what was beyond without being held is counted once, and handed out once', () => {
  const hold = new ShakenHold({ holdMs: 5000, vibrationMs: 2000 })
  hold.observe(1, 0)
  expect(hold.holding).toBe(true)
  for (let atMs = 1000; atMs < 10_000; atMs += 1000) hold.observe(0, atMs)
  expect(hold.holding).toBe(false)
  expect([hold.takeSuppressed(), hold.takeSuppressed()]).toEqual([1, 0])
})
