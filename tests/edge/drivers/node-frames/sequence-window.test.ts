import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SequenceWindow } from '../../../../gateway/edge/drivers/node-frames/sequence-window.ts'

/** Frames as boot:sequence, and what is said of each. */
test.each([
  ['one after the other', '7:1 7:2 7:3', 'next next next', 0],
  ['heard from the middle on', '7:7 7:8', 'next next', 0],
  ['repeated', '7:1 7:1 7:2 7:1', 'next duplicate next duplicate', 0],
  ['two lost', '7:1 7:4', 'next next', 2],
  ['a lost one comes late', '7:1 7:3 7:2 7:2', 'next next late duplicate', 1],
  ['started anew', '7:1 7:2 3:1 3:2', 'next next restarted next', 0],
  ['started anew, the first two not heard', '7:9 3:3', 'next restarted', 2],
  ['started anew, and something old comes late', '7:9 3:1 7:10 3:2', 'next restarted late next', 0],
  ['started anew twice', '7:1 3:1 5:1 3:1 5:2', 'next restarted restarted late next', 0],
  ['older than the window', '7:100 7:30 7:30', 'next late late', 0],
])('%s', (_, heard, kinds, lost) => {
  const window = new SequenceWindow()
  const verdicts = heard.split(' ').map((frame) => {
    const [boot, sequence] = frame.split(':').map(Number)
    return window.observe(boot!, sequence!)
  })
  expect(verdicts.map(({ kind }) => kind).join(' ')).toBe(kinds)
  expect(verdicts.reduce((sum, verdict) => sum + verdict.lost, 0)).toBe(lost)
})

test('whatever is lost and repeated, each frame counts once and every gap is counted', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('heard', 'lost', 'twice'), { maxLength: 300 }), (fates) => {
      const window = new SequenceWindow()
      let taken = 0
      let lost = 0
      const observe = (sequence: number) => {
        const verdict = window.observe(7, sequence)
        if (verdict.kind === 'next') taken++
        lost += verdict.lost
      }
      fates.forEach((fate, i) => {
        if (fate !== 'lost') observe(i + 1)
        if (fate === 'twice') observe(i + 1)
      })
      const first = fates.findIndex((fate) => fate !== 'lost')
      const last = fates.findLastIndex((fate) => fate !== 'lost')
      const between = first < 0 ? [] : fates.slice(first, last + 1)
      expect(taken).toBe(fates.filter((fate) => fate !== 'lost').length)
      expect(lost).toBe(between.filter((fate) => fate === 'lost').length)
    }),
  )
})
