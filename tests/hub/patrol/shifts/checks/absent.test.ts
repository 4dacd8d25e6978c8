import { expect, test } from 'vitest'
import { type Circumstances, examined, foundKinds, honestRide, seconds, theFinding } from '../made-shift.ts'

test.each<[string, number, string[], Circumstances?]>([
  ['no fix in a shift that is over', 0, ['absent']],
  ['one fix: late and early instead', 1, ['late-start', 'early-end']],
  ['no fix for 29 minutes', 0, [], { nowMs: seconds(0, 29 * 60).toMs }],
  ['no fix for 31 minutes', 0, ['absent'], { nowMs: seconds(0, 31 * 60).toMs }],
  ['a shift of tomorrow', 0, [], { nowMs: seconds(-86_400, -86_400).toMs }],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(honestRide(1700, 1700 + fixes), circumstances)).toEqual(kinds)
})

test('the whole shift is gone, and so is the score', () => {
  const { evidence, text } = theFinding([])
  expect(evidence).toMatchObject({ absentS: 3600, fixes: 0 })
  expect(text.zh).toMatch(/^全班次无定位1小时/)
  expect(examined([])).toMatchObject({
    onDutyS: 0,
    attendance: 0,
    distanceM: 0,
    inArea: 0,
    integrity: { score: 0 },
  })
})
