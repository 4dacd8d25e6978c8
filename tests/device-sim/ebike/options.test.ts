import { expect, it } from 'vitest'
import { parse } from 'yaml'
import type { EbikeRideOptions } from '../../../device-sim/ebike/ebike-ride.ts'
import { bytesOf, epochs, ride } from './ride-under-test.ts'

/** As a scenario file has them. */
const fromYaml = (text: string): Partial<EbikeRideOptions> => parse(text)

it('takes every option as YAML has it', () => {
  const options = fromYaml(`
    noise: { sigmaM: 3, canyonSigmaM: 10, correlationS: 30, multipathPerHour: 4, voidsPerHour: 1,
             powerGapsPerHour: 0, coldStart: true, blankFields: 0.01 }
    surroundings: { canyonShare: 0.2, underpassShare: 0.1, tunnels: [{ fromS: 60, toS: 90 }] }
    receiver:
      { make: bd, rateHz: 5, warmStart: false, deadReckoningS: 10, coldDate: zeros, datelessS: 20, rolloverAtS: 200,
        leapSecondsAfterS: .inf, leapSeconds: 18, clockJumps: [{ atS: 100, byS: -3 }],
        freezes: [{ fromS: 150, toS: 160, clock: true }], copies: [{ fromS: 170, toS: 180, lagS: 60 }],
        spoofs: [{ fromS: 190, toS: .inf, eastM: 100, northM: 0 }], powerCuts: [{ fromS: 250, toS: 260 }] }
    mishaps:
      { lostBytes: 0.001, flippedBits: 0.001, binaryBurstsPerHour: 1, protocolFramesPerHour: 1, cutLinesPerHour: 1,
        doubledLinesPerHour: 1, nonsenseFieldsPerHour: 1, atBaud: { receiver: 9600, port: 9600 },
        during: [{ fromS: 0, toS: 200 }] }
    others: [{ receiver: { rateHz: 1 } }]
  `)
  const count = 1500
  const shift = epochs(ride(options), count)
  const disturbances = new Set(shift.flatMap(({ truth }) => truth.disturbed ?? []))
  for (const expected of [
    'tunnel',
    'estimated',
    'rollover',
    'leap-seconds',
    'clock-jump',
    'frozen',
    'copied',
    'spoofed',
  ])
    expect(disturbances).toContain(expected)
})

it('an option given as undefined is not given', () => {
  const bare = ride({
    noise: { sigmaM: undefined },
    receiver: { rateHz: undefined },
    mishaps: { lostBytes: undefined },
  })
  expect(bytesOf(epochs(bare, 200))).toEqual(bytesOf(epochs(ride({ noise: {} }), 200)))
})

it.each([
  ['noise: { sigmaM: 0 }', 'noise.sigmaM: found 0, expected a number above 0'],
  ['noise: { voidsPerHour: -1 }', 'noise.voidsPerHour: found -1, expected a number from 0 on'],
  ['noise: { blankFields: 2 }', 'noise.blankFields: found 2, expected a number from 0 to 1'],
  ['noise: { coldStart: 1 }', 'noise.coldStart: found 1, expected true or false'],
  ['noise: { sigma: 1 }', 'noise: found "sigma", expected one of sigmaM, canyonSigmaM'],
  ['noise: [1]', 'noise: found [1], expected fields: sigmaM'],
  ['receiver: { rateHz: 0 }', 'receiver.rateHz: found 0, expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 25'],
  ['receiver: { rateHz: 2.5 }', 'receiver.rateHz: found 2.5'],
  ['receiver: { make: sirf }', 'receiver.make: found "sirf", expected one of gn-gb, gn-bd, bd, gp, gb'],
  [
    'receiver: { coldDate: 1980 }',
    'receiver.coldDate: found 1980, expected one of gps-start, gps-start-2080',
  ],
  ['receiver: { leapSeconds: .nan }', 'receiver.leapSeconds: found NaN, expected a number'],
  ['receiver: { freezes: 5 }', 'receiver.freezes: found 5, expected a list'],
  [
    'receiver: { freezes: [{ fromS: 5, toS: 5 }] }',
    'receiver.freezes[0]: found {"fromS":5,"toS":5}, expected fromS before toS',
  ],
  ['receiver: { freezes: [{ fromS: 5 }] }', 'receiver.freezes[0]: found {"fromS":5}, expected the field toS'],
  [
    'receiver: { freezes: [{ fromS: 1, toS: 5, clok: true }] }',
    'receiver.freezes[0]: found "clok", expected one of fromS, toS, clock',
  ],
  [
    'receiver: { copies: [{ fromS: 0, toS: 1, lagS: 0 }] }',
    'receiver.copies[0].lagS: found 0, expected a number above 0',
  ],
  [
    'receiver: { spoofs: [{ fromS: 0, toS: 1 }] }',
    'receiver.spoofs[0]: found {"fromS":0,"toS":1}, expected the field eastM',
  ],
  ['receiver: { powerCuts: [{ fromS: 2, toS: 1 }] }', 'receiver.powerCuts[0]'],
  [
    'surroundings: { canyonShare: many }',
    'surroundings.canyonShare: found "many", expected a number from 0 to 1',
  ],
  [
    'surroundings: { tunnels: [{ fromS: 50, toS: 40 }] }',
    'surroundings.tunnels[0]: found {"fromS":50,"toS":40}',
  ],
  ['surroundings: { tunnels: [{ street: s, fromM: 50, toM: 40 }] }', 'expected fromM before toM'],
  ['surroundings: { tunnels: [{ street: 5 }] }', 'surroundings.tunnels[0].street: found 5, expected a text'],
  [
    'surroundings: { tunnels: [tunnel] }',
    'surroundings.tunnels[0]: found "tunnel", expected fields: fromS, toS',
  ],
  [
    'mishaps: { atBaud: { receiver: 9600, port: 0 } }',
    'mishaps.atBaud.port: found 0, expected a whole number from 50 to',
  ],
  ['mishaps: { atBaud: { receiver: 9600 } }', 'expected the field port'],
  ['mishaps: { during: [{ fromS: 2, toS: 1 }] }', 'mishaps.during[0]'],
  ['mishaps: { __proto__: 1 }', 'expected one of lostBytes'],
])('refuses %s', (text, message) => {
  expect(() => ride(fromYaml(text))).toThrow(message)
  const { noise, receiver, mishaps } = fromYaml(text)
  if (noise ?? receiver ?? mishaps)
    expect(() => ride({ others: [{ noise, receiver, mishaps }] })).toThrow(message)
})
