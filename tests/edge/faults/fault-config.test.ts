import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  checkFaults,
  FaultsOfComponent,
  type WatchedComponent,
} from '../../../gateway/edge/faults/fault-config.ts'
import { loadCatalogue } from '../../../proto/catalogue/catalogue.ts'
import { testFolder } from '../../test-folder.ts'

const COVER = '3101010101000001'
const LAMPS = ['3101010118000001', '3101010118000002']
const PORTS = [
  { name: 'gps', driver: 'nmea' },
  { name: 'board', driver: 'firmata' },
]
const ALL = ['tilt_deg', 'current_a', 'light_lux', 'temperature_c', 'water_depth_m', 'phase_deg']

const component = (faults: object, more: Partial<WatchedComponent> = {}): WatchedComponent => ({
  code: COVER,
  sensors: ALL.map((metric) => ({ metric, port: 'board' })),
  faults: FaultsOfComponent.parse(faults),
  ...more,
})

function mistakes(components: WatchedComponent[], ports = PORTS): string[] {
  const found: string[] = []
  checkFaults({ components, ports }, (path, message) => found.push(`${path.join('.')}: ${message}`))
  return found
}

test.each([
  ['an empty entry', { cover_tilted: {}, lamp_out: {}, sensor_silent: {}, gps_lost: {}, port_silent: {} }],
  ['its own thresholds', { cover_tilted: { raise: 20, clear: 10, holdMs: 8000, backgroundDeg: 1.5 } }],
  ['a node that does the holding itself', { cover_tilted: { holdMs: 0, lastStands: true } }],
  ['a schedule', { lamp_out: { schedule: { on: '18:30', off: '05:30' } } }],
  ['stuck sensors', { sensor_stuck: { metrics: ['temperature_c'] } }],
  ['ports', { port_silent: { ports: ['board'] }, gps_lost: { ports: ['gps'] } }],
])('right: %s', (_, faults) => expect(mistakes([component(faults)])).toEqual([]))

const F = 'components.0.faults'
test.each<[string, object, string[]]>([
  [
    'clear above raise',
    { cover_tilted: { clear: 20 } },
    [`${F}.cover_tilted.clear: clear 20 and raise 15: expected clear below raise`],
  ],
  [
    'clear below raise, where low is the fault',
    { lamp_out: { clear: 0.05 } },
    [`${F}.lamp_out.clear: clear 0.05 and raise 0.1: expected clear above raise`],
  ],
  [
    'a setting of another detector',
    { over_temperature: { darkLux: 5 } },
    [
      `${F}.over_temperature.darkLux: is no setting of the detector threshold: expected one of raise, clear, holdMs, flapEpisodes, flapWithinMs, flapClearHoldMs, lastStands`,
    ],
  ],
  [
    'a hold that lets trucks in',
    { cover_tilted: { holdMs: 500 } },
    [`${F}.cover_tilted.holdMs: 500: expected at least 2000, since shorter shaking is traffic`],
  ],
  [
    'over at once below raise',
    { pole_tilted: { atOnceDeg: 4 } },
    [`${F}.pole_tilted.atOnceDeg: atOnceDeg 4 and raise 5: expected atOnceDeg at or above raise`],
  ],
  [
    'on below off',
    { lamp_flicker: { onAbove: 0.05 } },
    [`${F}.lamp_flicker.offBelow: offBelow 0.1 and onAbove 0.05: expected offBelow below onAbove`],
  ],
  [
    'a schedule that is asked for and missing',
    { lamp_out: { dueBy: 'schedule' } },
    [`${F}.lamp_out.schedule: missing: dueBy is schedule, expected { on: "18:30", off: "05:30" }`],
  ],
  [
    'a range the wrong way round',
    { sensor_out_of_range: { ranges: { temperature_c: [85, -40] } } },
    [`${F}.sensor_out_of_range.ranges.temperature_c: 85 to -40: expected the lowest value first`],
  ],
  [
    'a sensor that is not there',
    { sensor_silent: { metrics: ['gas_lel_pct'] } },
    [`${F}.sensor_silent.metrics: 'gas_lel_pct' is measured by no sensor of ${COVER}`],
  ],
  [
    'stuck, but which',
    { sensor_stuck: {} },
    [`${F}.sensor_stuck.metrics: missing: the detector stuck cannot know it by itself`],
  ],
  [
    'no such sensor',
    { gas_alarm: {} },
    [`${F}.gas_alarm: is judged by gas_lel_pct, which no sensor of ${COVER} measures`],
  ],
  [
    'a port that is none',
    { port_silent: { ports: ['bord'] } },
    [`${F}.port_silent.ports: 'bord' is no port: expected one of gps, board`],
  ],
  [
    'a port that is no receiver',
    { gps_lost: { ports: ['board'] } },
    [`${F}.gps_lost.ports: 'board' is no nmea port: expected one of gps`],
  ],
  [
    'a circuit without members',
    { circuit_silent: {} },
    [`${F}.circuit_silent.members: missing: the detector circuit cannot know it by itself`],
  ],
])('%s', (_, faults, expected) => expect(mistakes([component(faults)])).toEqual(expected))

test('an unknown fault is told with what there is', () => {
  expect(mistakes([component({ cover_tiltet: {} })])[0]).toMatch(
    /^components\.0\.faults\.cover_tiltet: fault "cover_tiltet": expected one of cover_tilted, cover_open, .*port_silent$/,
  )
  expect(mistakes([component(JSON.parse('{"__proto__x": {}, "constructor": {}}'))]).length).toBe(2)
})

test('a lamp without light sensor needs a place for the sun', () => {
  const lamp = { sensors: [{ metric: 'current_a' }] }
  const board = PORTS.slice(1)
  expect(mistakes([component({ lamp_out: {} }, lamp)])).toEqual([])
  expect(
    mistakes([component({ lamp_out: {} }, { ...lamp, position: { lat: 31, lon: 121 } })], board),
  ).toEqual([])
  expect(mistakes([component({ lamp_out: {} }, lamp)], board)).toEqual([
    `${F}.lamp_out: is judged by the sun, but ${COVER} has no position and the gateway no GPS port: give a position, a light_lux sensor or a schedule`,
  ])
  expect(mistakes([component({ lamp_on_by_day: { dueBy: 'light' } }, lamp)], board)).toEqual([
    `${F}.lamp_on_by_day: is judged by the light, but no sensor of ${COVER} measures light_lux`,
  ])
})

test('a gateway without receiver cannot lose its fix, and a component without sensors has none to fail', () => {
  expect(mistakes([component({ gps_lost: {} })], PORTS.slice(1))).toEqual([
    `${F}.gps_lost: watches GPS receivers, and the gateway has no nmea port`,
  ])
  expect(mistakes([component({ sensor_silent: {} }, { sensors: [] })])).toEqual([
    `${F}.sensor_silent: watches sensors, and ${COVER} has none`,
  ])
})

test('a circuit and its members', () => {
  const circuit = (members: string[], silent: object = { raise: 300 }) => [
    component({ circuit_silent: { members } }),
    ...LAMPS.map((code) => component({ sensor_silent: silent }, { code })),
  ]
  const where = `${F}.circuit_silent.members`
  expect(mistakes(circuit(LAMPS))).toEqual([])
  expect(mistakes(circuit([COVER, LAMPS[0]!]))).toEqual([`${where}.0: ${COVER} cannot be a member of itself`])
  expect(mistakes(circuit([LAMPS[0]!, '3101010118000009']))).toEqual([
    `${where}.1: 3101010118000009 is no component of this gateway`,
  ])
  expect(mistakes(circuit([LAMPS[0]!, LAMPS[0]!]))).toEqual([`${where}.1: ${LAMPS[0]} stands here twice`])
  expect(mistakes(circuit(LAMPS, { raise: 60 }))[0]).toBe(
    `${where}.0: ${LAMPS[0]} is sensor_silent after 60 s: expected at least the circuit's window of 120 s, or one cut cable is many cases`,
  )
})

test("the gateway's own metrics are no sensor's", () => {
  expect(mistakes([component({}, { sensors: [{ metric: 'gps_fix' }] })])).toEqual([
    "components.0.sensors.0.metric: 'gps_fix' is the gateway's own: choose another name",
  ])
})

test.each<[object, RegExp]>([
  [{ cover_tilted: { rais: 3 } }, /rais/],
  [{ cover_tilted: { holdMs: -1 } }, /expected number to be >=0/],
  [{ lamp_out: { schedule: { on: '25:00', off: '05:30' } } }, /expected a time of day such as/],
  [
    { lamp_out: { schedule: { on: '18:00', off: '05:30', zone: 'Mars/Base' } } },
    /expected a time zone such as/,
  ],
  [{ circuit_silent: { members: ['1'] } }, /expected a component code of 16 digits/],
])('%j is refused by its schema', (faults, message) => {
  expect(() => FaultsOfComponent.parse(faults)).toThrow(message)
})

describe('the examples of docs/catalogue.md', () => {
  const page = readFileSync(new URL('../../../docs/catalogue.md', import.meta.url), 'utf8')
  const [kind, settings] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((block) => block[1]!)

  test('are a catalogue that loads', () => {
    const dir = testFolder()
    writeFileSync(join(dir, 'fault-kinds.yaml'), kind!)
    expect(loadCatalogue(dir).faultNamesKnown()).toEqual(['cover_ajar'])
  })

  test('are a configuration without mistakes', () => {
    const { components } = parse(settings!) as { components: { code: string; faults: object }[] }
    const metrics = ['tilt_deg', 'cover_open', 'current_a', 'light_lux']
    const sensors = metrics.map((metric) => ({ metric, port: 'board' }))
    const lamp = { code: LAMPS[1]!, sensors, faults: {} }
    const watched = components.map(({ code, faults }) => component(faults, { code, sensors }))
    expect(watched.length).toBe(4)
    expect(mistakes([...watched, lamp])).toEqual([])
  })
})
