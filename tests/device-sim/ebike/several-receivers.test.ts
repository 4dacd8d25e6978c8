import { expect, it } from 'vitest'
import { bytesOf, CLEAN, decode, epochs, errorOf, fields, ride } from './ride-under-test.ts'

const COUNT = 2000

it('each has its own error and its own make over one true ride', () => {
  const shift = epochs(
    ride({ others: [{ noise: CLEAN }, { noise: CLEAN, receiver: { make: 'bd' } }] }),
    COUNT,
  )
  const alone = epochs(ride(), COUNT)
  expect(bytesOf(shift)).toEqual(bytesOf(alone))
  const [one, two, three] = [-1, 0, 1].map((index) =>
    shift.map(({ bytes, truth, others }) => errorOf({ bytes: others[index]?.bytes ?? bytes, truth })),
  )
  for (const [a, b] of [
    [one!, two!],
    [one!, three!],
    [two!, three!],
  ] as const) {
    const apartM = a.map(({ xM, yM }, index) => Math.hypot(xM - b[index]!.xM, yM - b[index]!.yM))
    expect(apartM.reduce((sum, each) => sum + each) / COUNT).toBeGreaterThan(1)
    expect(apartM.reduce((sum, each) => sum + each) / COUNT).toBeLessThan(15)
  }
  expect(Buffer.from(shift[0]!.others[1]!.bytes).toString('latin1').slice(0, 3)).toBe('$BD')
})

it('the second goes on where the first fails', () => {
  const shift = epochs(
    ride({
      receiver: { powerCuts: [{ fromS: 500, toS: 900 }] },
      others: [{ noise: CLEAN, mishaps: { cutLinesPerHour: 3600, during: [{ fromS: 0, toS: 100 }] } }],
    }),
    COUNT,
  )
  for (const [index, { bytes, truth, others }] of shift.entries()) {
    expect(bytes.length === 0).toBe(index >= 500 && index < 900)
    if (index >= 500 && index < 900) expect(truth.gap).toBe('no-power')
    expect(others[0]!.gap).toBeUndefined()
  }
  const second = decode(shift.map(({ others }) => others[0]!.bytes))
  expect(second.fixes.length).toBeGreaterThan(COUNT - 100)
  expect(second.rejected).not.toEqual({})
  expect(decode(shift.slice(100).map(({ others }) => others[0]!.bytes)).rejected).toEqual({})
})

it('a tunnel takes the fix of both', () => {
  const shift = epochs(
    ride({
      receiver: { make: 'gp' },
      surroundings: { tunnels: [{ fromS: 100, toS: 150 }] },
      others: [{ noise: CLEAN, receiver: { make: 'bd' } }],
    }),
    200,
  )
  for (const { truth, others } of shift.slice(100, 150))
    expect([truth.gap, others[0]!.gap]).toEqual(['no-fix', 'no-fix'])
})

it('a slower one speaks at its own epochs only', () => {
  const shift = epochs(ride({ receiver: { rateHz: 10 }, others: [{ noise: CLEAN }] }), 100)
  for (const [index, { others, timeMs }] of shift.entries()) {
    const [heard] = others
    expect(heard!.bytes.length > 0).toBe(index % 10 === 0)
    if (index % 10 === 0) expect(Number(fields(heard!.bytes, 'RMC')[0])).toBe((timeMs / 1000) % 60)
  }
  expect(() => ride({ receiver: { rateHz: 10 }, others: [{ receiver: { rateHz: 4 } }] })).toThrow(
    "found 4, expected a rate that divides the first receiver's 10",
  )
})
