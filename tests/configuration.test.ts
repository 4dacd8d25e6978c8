import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkConfig } from '../gateway/configuration/check-file.ts'
import { ConfigError } from '../gateway/configuration/yaml-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true }))
const examples = join(import.meta.dirname, '../docs/examples')

test.each(readdirSync(examples).filter((name) => name.endsWith('.yaml')))(
  'the example %s is in order',
  (name) => {
    expect(checkConfig(join(examples, name))).toBe(name.startsWith('hub') ? 'hub' : 'edge')
  },
)

/** The problems found in a text, without the file's name. */
function problems(text: string): string[] {
  const file = join(folder, 'x.yaml')
  writeFileSync(file, text)
  try {
    checkConfig(file)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => problem.replace(`${file}:`, ''))
  }
}

const EDGE = `gateway: ebike-01
data: data/x
broker: { url: "mqtt://127.0.0.1:1883" }
ports:
  - { name: gps, path: /dev/ttyUSB0, driver: nmea }
`
const BOARD = `${EDGE}  - { name: board, path: /dev/ttyACM0, driver: firmata }
components:
  - code: "3101010101000001"
    sensors:
      - { metric: tilt_deg, port: board, channel: A0, scale: [-90, 90] }
`

describe('an edge', () => {
  test.each([
    ['in order', BOARD, []],
    [
      'a typing mistake in a key',
      EDGE.replace('driver:', 'bauds: 9600, driver:'),
      ['5: ports[0].bauds: unknown key: a typing mistake?'],
    ],
    [
      'text for a number',
      EDGE.replace('driver:', 'baud: fast, driver:'),
      ['5: ports[0].baud: found "fast", expected number'],
    ],
    ['a missing key', EDGE.replace('data: data/x\n', ''), ['1: data: missing, expected string']],
    [
      'an unknown driver',
      EDGE.replace('nmea', 'nmae'),
      ['5: ports[0].driver: found "nmae", expected one of nmea, firmata, modbus, node-frames, line'],
    ],
    [
      'an id that is no topic',
      EDGE.replace('ebike-01', 'ebike/01'),
      ['1: gateway: found "ebike/01", expected 1 to 64 letters, digits, _ or -, no _ first'],
    ],
    [
      'a reserved id',
      EDGE.replace('ebike-01', 'cases'),
      ["1: gateway: 'cases' is a topic of its own: choose another name"],
    ],
    [
      'no URL',
      EDGE.replace('mqtt://127.0.0.1:1883', '127.0.0.1'),
      ['3: broker.url: found "127.0.0.1", expected mqtt://host:1883'],
    ],
    [
      'two drivers on one port',
      `${EDGE}  - { name: gps2, path: /dev/ttyUSB0, driver: nmea }\n`,
      ["6: ports[1].path: /dev/ttyUSB0 is the path of port 'gps' too: one driver a port"],
    ],
    [
      'two ports of one name',
      `${EDGE}  - { name: gps, path: /dev/x, driver: nmea }\n`,
      ["6: ports[1].name: 'gps' is the name of an earlier port too"],
    ],
    [
      'a sensor on no port',
      BOARD.replace('port: board', 'port: bord'),
      ["10: components[0].sensors[0].port: 'bord' is no port: expected one of gps, board"],
    ],
    [
      'a sensor on a GPS port',
      BOARD.replace('port: board', 'port: gps'),
      ["10: components[0].sensors[0].port: port 'gps' is read by nmea: expected a firmata port"],
    ],
    [
      'a GPS channel on a board',
      BOARD.replace('channel: A0', 'channel: gps'),
      [
        '10: components[0].sensors[0].channel: found "gps", expected an analog channel (A0 to A15) or a digital pin such as D7',
      ],
    ],
    [
      'less patience than a board needs to start',
      BOARD.replace('driver: firmata', 'driver: firmata, silenceS: 5'),
      [expect.stringMatching(/^6: ports\[1\]\.silenceS: .*12/)],
    ],
    [
      'an unknown register type',
      `${EDGE}  - name: bus
    path: /dev/ttyS1
    driver: modbus
    registers:
      - { component: "3101010101000001", metric: level_mm, unit: 3, table: holding, address: 0, type: u64 }
`,
      ['10: ports[1].registers[0].type: found "u64", expected one of u16, i16, u32, i32, f32'],
    ],
    [
      'a rate that the receiver does not have',
      EDGE.replace('driver: nmea', 'driver: nmea, receiver: { profile: casic, rateHz: 3 }'),
      [expect.stringMatching(/^5: ports\[0\]\.receiver\.rateHz: .*casic/)],
    ],
    [
      'a page for the whole network without a PIN',
      `${EDGE}terminal: { host: 0.0.0.0 }\n`,
      [
        '6: terminal.pin: whoever is in the network could report: expected a pin of 8 to 12 digits, or host: 127.0.0.1',
      ],
    ],
    [
      'a code without quotes',
      BOARD.replaceAll('"3101010101000001"', '12345'),
      ['8: components[0].code: found 12345, expected string'],
    ],
    [
      'a clear threshold above raise',
      `${BOARD}    faults: { cover_tilted: { clear: 20 } }\n`,
      ['11: components[0].faults.cover_tilted.clear: clear 20 and raise 15: expected clear below raise'],
    ],
    [
      'an unknown fault',
      `${BOARD}    faults: { cover_tiltet: {} }\n`,
      [
        expect.stringMatching(
          /^11: components\[0\]\.faults\.cover_tiltet: fault "cover_tiltet": expected one of cover_tilted, /,
        ),
      ],
    ],
    [
      'a fault without its sensor',
      `${BOARD}    faults: { lamp_out: {} }\n`,
      [
        '11: components[0].faults.lamp_out: is judged by current_a, which no sensor of 3101010101000001 measures',
      ],
    ],
    ['broken YAML', 'gateway: [\n', [expect.stringMatching(/^\d: .*/)]],
    [
      'neither edge nor hub',
      'foo: 1\n',
      [expect.stringContaining("found the keys foo, expected 'gateway:' (an edge) or 'hub:' (a hub)")],
    ],
    ['nothing', '', [expect.stringContaining("found the keys (none), expected 'gateway:'")]],
  ])('%s', (_, text, expected) => expect(problems(text)).toEqual(expected))
})

describe('a hub', () => {
  test.each([
    ['with all defaults', 'hub: {}\n', []],
    ['a typing mistake', 'hub:\n  htpp: {}\n', ['2: hub.htpp: unknown key: a typing mistake?']],
    [
      'a port out of range',
      'hub:\n  http: { port: 99999 }\n',
      ['2: hub.http.port: found 99999, expected number <=65535'],
    ],
    [
      'a catalogue that is not there',
      'hub:\n  catalogue: /nowhere\n',
      [expect.stringMatching(/^2: hub\.catalogue: .*\/nowhere/)],
    ],
  ])('%s', (_, text, expected) => expect(problems(text)).toEqual(expected))
})

test('a file that is not there', () => {
  expect(() => checkConfig(join(folder, 'none.yaml'))).toThrow(/none.yaml: no such file/)
})
