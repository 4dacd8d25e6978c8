import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadScenario, parseScenario, ScenarioError } from '../../../device-sim/scenario/load-scenario.ts'
import { PROFILE_NAMES, profile } from '../../../device-sim/scenario/profiles.ts'
import { Duration } from '../../../device-sim/scenario/quantities.ts'

const EXAMPLES = fileURLToPath(new URL('../../../docs/examples/scenarios/', import.meta.url))

const HEAD = `about: A test.
lasts: 20min
devices:
  - { id: manhole-01, kind: manhole, wired: node-frames, components: 6 }
  - { id: lamp-01, kind: lamp, wired: modbus, components: 4, circuits: 2 }
  - { id: board-01, kind: lamp, wired: firmata, metrics: [current_a, door_open] }
  - { id: ebike-01, kind: ebike }
happens:
`
/** The problems of a file with one happening more, without the file's name. */
function problemsOf(happening: string): string[] {
  return problemsOfFile(`${HEAD}  - { ${happening} }\n`)
}

function problemsOfFile(text: string): string[] {
  try {
    parseScenario(text, 'test.yaml')
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.problems.map((problem) => problem.replace('test.yaml:', ''))
    throw error
  }
  return []
}

test('a file is read, with what it leaves out', () => {
  const { seed, startsAt, lasts, devices, happens } = parseScenario(
    `${HEAD}  - { at: 1h30min, device: manhole-01, component: all, what: tilts, deg: [16, 85] }
  - { at: [5s, 90s], device: lamp-01, component: 1, what: mains, v: 0, for: 250ms, fault: mains_undervoltage }
`.replace('20min', '2d\nstartsAt: 2026-05-01T19:00:00+08:00'),
    'test.yaml',
  )
  expect({ seed, startsAt, lasts }).toEqual({
    seed: 1,
    startsAt: Date.UTC(2026, 4, 1, 11),
    lasts: 2 * 86_400_000,
  })
  expect(devices[0]).toMatchObject({ heartbeat: 3_600_000, wakes: 1000 })
  expect(devices[2]).toMatchObject({
    switchedBy: 'photocell',
    circuits: 1,
    metrics: ['current_a', 'door_open'],
  })
  expect(devices[3]).toMatchObject({ receivers: 1, baud: 9600 })
  expect(happens).toEqual([
    {
      what: 'tilts',
      at: 5_400_000,
      device: 'manhole-01',
      component: 'all',
      together: false,
      deg: [16, 85],
      over: 1000,
    },
    {
      what: 'mains',
      at: [5000, 90_000],
      device: 'lamp-01',
      component: 1,
      together: false,
      v: 0,
      over: 100,
      for: 250,
      fault: ['mains_undervoltage'],
    },
  ])
})

test('durations are whatever their parts add up to', () => {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const
  const parts = fc.tuple(...units.map(() => fc.integer({ min: 0, max: 999 })))
  fc.assert(
    fc.property(parts, (numbers) => {
      const text = units.map(([unit], index) => `${numbers[index]}${unit}`).join('')
      const ms = units.reduce((sum, [, unitMs], index) => sum + numbers[index]! * unitMs, 0)
      expect(Duration.parse(text)).toBe(ms)
    }),
  )
})

test.each(['', '90', 's', '1.5', '5 s', '-5s', '5sec', '1h 30min', 'P1D'])('%j is no duration', (text) => {
  expect(Duration.safeParse(text).success).toBe(false)
})

const AT = 'at: 1min, device: manhole-01, component: 1'
test.each([
  [
    'at: 30, device: manhole-01, component: 1, what: tilts, deg: 5',
    '9: happens[0].at: found 30, expected a duration such as 90s, or a range such as [20s, 60s]',
  ],
  [
    'at: 20min, device: manhole-01, component: 1, what: tilts, deg: 5',
    '9: happens[0].at: after the end of the scenario: expected less than lasts',
  ],
  [
    `${AT}, what: tilts`,
    '9: happens[0].deg: missing, expected a number from -180 to 180, or a range such as [-180, 180]',
  ],
  [`${AT}, what: tilts, deg: 200`, '9: happens[0].deg: found 200, expected -180 to 180'],
  [`${AT}, what: tilts, deg: [40, 20]`, '9: happens[0].deg: expected a range [least, most]'],
  [`${AT}, what: tilts, deg: 5, angle: 7`, '9: happens[0].angle: unknown key: a typing mistake?'],
  [
    `${AT}, what: tilts, deg: 5, fault: cover_tiltd`,
    "9: happens[0].fault: 'cover_tiltd' is no fault kind: expected one of cover_tilted, ",
  ],
  [
    `${AT}, what: tilts, deg: 5, fault: cover_tilted, trap: [cover_open, cover_tilted]`,
    '9: happens[0].trap: cover_tilted is both fault and trap: expected one of them',
  ],
  [
    `${AT}, what: tilts, deg: 5, faultAfter: 5s`,
    '9: happens[0].faultAfter: there is no `fault`: expected both or neither',
  ],
  [
    `${AT}, what: tilts, deg: 5, times: 3`,
    '9: happens[0].every: missing: expected the time from one occurrence to the next',
  ],
  [
    `${AT}, what: tilts, deg: 5, every: 60s`,
    '9: happens[0].every: it never ends, so it cannot happen again: expected `for` too',
  ],
  [
    `${AT}, what: tilts, deg: 5, every: 60s, for: [50s, 70s]`,
    '9: happens[0].every: occurrences would overlap: expected `every` at least as long as `for`',
  ],
  [
    `${AT}, what: truck, for: 2s`,
    '9: happens[0].for: a truck shakes a cover for less than 2s: longer is `tilts`',
  ],
  [`${AT}, what: lorry`, '9: happens[0].what: found "lorry", expected one of tilts, truck, '],
  [
    `${AT}, what: lamp-dies`,
    '9: happens[0].what: lamp-dies cannot happen to a device of kind manhole: expected lamp',
  ],
  [
    `${AT}, what: answers-late, by: 5s`,
    '9: happens[0].what: answers-late cannot happen to what is wired by node-frames: expected modbus',
  ],
  [
    `${AT}, what: freezes, metric: current_a`,
    '9: happens[0].metric: manhole-01 does not measure current_a: expected tilt_deg, ',
  ],
  [
    'at: 1min, device: manhole-01, component: 7, what: truck',
    '9: happens[0].component: manhole-01 has no component 7: expected 1 to 6',
  ],
  [
    'at: 1min, device: manhole-09, component: 1, what: truck',
    "9: happens[0].device: 'manhole-09' is no device: expected one of manhole-01, lamp-01, board-01, ebike-01",
  ],
  [
    'at: 1min, device: board-01, component: 1, what: leaks, ma: 50',
    '9: happens[0].what: board-01 measures none of leakage_ma: nobody would notice',
  ],
  [
    'at: 1min, device: lamp-01, component: 1, what: not-a-number, metric: door_open',
    '9: happens[0].metric: door_open is a contact, which is open or closed: expected another metric',
  ],
  [
    'at: 1min, device: lamp-01, what: circuit-cut, circuit: 3',
    '9: happens[0].circuit: lamp-01 has no circuit 3',
  ],
  [
    'at: 1min, device: ebike-01, what: antenna-off, port: gps2',
    "9: happens[0].port: ebike-01 has no port 'gps2': expected gps",
  ],
  [
    'at: 1min, device: ebike-01, what: week-rollover, for: 5min',
    '9: happens[0].for: it happens once and does not end: leave it out',
  ],
  [
    'at: 1min, device: ebike-01, what: clock-step, by: 1h',
    '9: happens[0].by: found "1h", expected a step with its sign, such as +1h or -90s',
  ],
])('{ %s }', (happening, problem) => {
  const problems = problemsOf(happening)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(problem)
})

test.each([
  ['about: A test.\nlasts: 20min\ndevices: []\n', '3: devices: found [], expected array >=1 items'],
  [
    'about: A test.\nlasts: 20min\ndevices:\n  - { id: a, kind: bike }\n',
    '4: devices[0].kind: found "bike", expected one of ebike, terminal, manhole, lamp',
  ],
  [
    'about: A test.\nlasts: 20min\ndevices:\n  - { id: a, kind: ebike }\n  - { id: a, kind: ebike }\n',
    "5: devices[1].id: 'a' is the id of an earlier device too",
  ],
  [
    'about: A test.\nlasts: 20min\ndevices:\n  - { id: a, kind: ebike, noise: { sigma: 4 } }\n',
    '4: devices[0].noise: found "sigma", expected one of sigmaM, ',
  ],
  [
    'about: A test.\nlasts: 20min\nstartsAt: tonight\ndevices:\n  - { id: a, kind: ebike }\n',
    '3: startsAt: found "tonight", expected a time with its offset such as ',
  ],
  [
    'about: A test.\nlasts: 20min\ndevices:\n  - { id: a, kind: ebike, receiver: { freezes: [{ fromS: 5 }] } }\n',
    '4: devices[0].receiver.freezes[0]: found {"fromS":5}, expected the field toS',
  ],
  ['about: [', '1: '],
])('%j', (text, problem) => {
  expect(problemsOfFile(text).join('\n')).toContain(problem)
})

test('every mistake is told, not only the first', () => {
  const text = `${HEAD}  - { at: 5, device: manhole-01, component: 1, what: tilts, deg: 300 }\n  - { at: 1min, device: x, what: tunnl }\n`
  expect(problemsOfFile(text).map((problem) => problem.split(':').slice(0, 2).join(':'))).toEqual([
    '9: happens[0].at',
    '9: happens[0].deg',
    '10: happens[1].what',
  ])
})

test('a file that is not there', () => {
  expect(() => loadScenario('/nowhere/trucks.yaml')).toThrow('/nowhere/trucks.yaml: no such file')
})

const examples = readdirSync(EXAMPLES)
test.each(examples)('docs/examples/scenarios/%s is in order', (name) => {
  const scenario = loadScenario(`${EXAMPLES}${name}`)
  expect(scenario.happens.length).toBeGreaterThan(0)
  expect(readFileSync(`${EXAMPLES}${name}`, 'utf8')).toMatch(/^# /)
})

test.each(PROFILE_NAMES)('the profile %s is of that kind', (kind) => {
  expect(profile(kind).devices.map((device) => device.kind)).toEqual([kind])
})
