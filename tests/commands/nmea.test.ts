import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bytesOf, ggaAndRmc } from '../edge/drivers/nmea/nmea-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-nmea-'))
afterAll(() => rmSync(folder, { recursive: true }))

const COMMAND = new URL('../../gateway/commands/nmea.ts', import.meta.url).href
/** The command as main.ts runs it, without the other commands. */
const SCRIPT = `
  import { nmeaCommand } from ${JSON.stringify(COMMAND)}
  try { await nmeaCommand().exitOverride().parseAsync(process.argv.slice(1), { from: 'user' }) }
  catch (error) {
    if (error.code?.startsWith('commander.')) process.exitCode = 2
    else { console.error('gridpatrol: ' + error.message); process.exitCode = 1 }
  }`

interface Run {
  out: string
  err: string
  code: number | null
}

function nmea(args: string[], input: Uint8Array = new Uint8Array(), closeAfterLines?: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, '--', ...args])
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (closeAfterLines !== undefined && out.split('\n').length > closeAfterLines) child.stdout.destroy()
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    // The command may have ended before it took all its input.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', reject)
    child.on('close', (code) => resolve({ out, err, code }))
  })
}

const LOG = bytesOf(
  'GPGGA,085411.000,5222.3215,N,00454.5778,E,1,4,2.95,16.0,M,47.0,M,,',
  'GPGSA,A,3,16,23,13,29,,,,,,,,,3.11,2.95,0.99',
  'GPRMC,085411.000,A,5222.3215,N,00454.5778,E,0.58,251.34,030414,,,A',
  'GPVTG,251.34,T,,M,0.58,N,1.07,K,A',
  'GPGGA,085412.000,,,,,0,00,,,M,,M,,',
  'GPGSV,1,1,00',
  'GPGGA,085413.000,9122.3215,N,00454.5778,E,1,4,2.95,16.0,M,47.0,M,,',
)
const FIRST =
  '{"time":"2014-04-03T08:54:11.000Z","lat":52.372025,"lon":4.90963,"altM":16,"speedMps":0.298,"courseDeg":251.34,"hdop":2.95,"satellites":4,"quality":"gps"}'

describe('gridpatrol nmea', () => {
  it('prints one JSON fix a line, and counts to stderr', async () => {
    const file = join(folder, 'one.log')
    writeFileSync(file, LOG)
    expect(await nmea([file])).toEqual({
      out: `${FIRST}\n`,
      err: 'sentences 7, of other kinds 0; bytes skipped 0\nfixes 1\nrejected latitude 1, no-fix 1\nsatellites at the end: gps 4 used, 0 in view\n',
      code: 0,
    })
  })

  it.each([[['-']], [[]]])('reads standard input for arguments %j', async (args) => {
    expect(await nmea(args, LOG)).toMatchObject({ out: `${FIRST}\n`, code: 0 })
  })

  it('leaves out what is not known, and has accuracy where GST gives it', async () => {
    const { out } = await nmea(
      [],
      bytesOf('GPGLL,6005.071,N,02332.346,E,095559,A', 'GPGST,095559,,,,,1.2345,0.5,'),
    )
    expect(out).toBe('{"lat":60.084516667,"lon":23.5391,"accuracyM":1.332}\n')
  })

  it('tells of satellites by system and of the last messages of the receiver', async () => {
    const open = 'GPTXT,01,01,01,ANTENNA OPEN'
    const versions = Array.from({ length: 9 }, (_, line) => `GNTXT,01,01,02,VERSION ${line}`)
    const { out, err } = await nmea(
      [],
      bytesOf(
        ...versions,
        open,
        'GPGSV,1,1,02,07,45,123,41,46,45,123,38',
        'BDGSV,1,1,01,14,45,123,',
        'GNGSA,A,3,07,46,,,,,,,,,,,1.2,0.9,0.9,1',
        open,
      ),
    )
    expect(out).toBe('')
    expect(err.split('\n').slice(3)).toEqual([
      'satellites at the end: gps 1 used, 1 in view, best 41 dB-Hz; beidou 1 in view; sbas 1 used, 1 in view, best 38 dB-Hz',
      ...versions.slice(2).map((_, line) => `receiver notice: VERSION ${line + 2}`),
      'receiver warning: ANTENNA OPEN (2 times)',
      '',
    ])
  })

  it('moves dates before --not-before on by 1024 weeks', async () => {
    const log = bytesOf('GPRMC,120000,A,4807.038,N,01131.000,E,,,150906,,,A')
    expect((await nmea([], log)).out).toContain('"time":"2006-09-15T12:00:00.000Z"')
    expect((await nmea(['--not-before', '2020-01-01'], log)).out).toContain(
      '"time":"2026-05-01T12:00:00.000Z"',
    )
  })

  it('says so when there is no NMEA in it', async () => {
    const { err, code } = await nmea([], Buffer.from('lat,lon\n1,2\n'))
    expect(err).toContain(
      'no NMEA 0183 sentence was found: is this the right file, or the right baud rate?\n',
    )
    expect(code).toBe(0)
  })

  it('a file that is not there, a folder: one line with what to do, exit code 1', async () => {
    const absent = join(folder, 'absent.log')
    expect(await nmea([absent])).toEqual({
      out: '',
      err: `gridpatrol: nmea: cannot read ${absent}: no such file; give the path of a recorded log, or - for standard input\n`,
      code: 1,
    })
    expect(await nmea([folder])).toMatchObject({
      err: `gridpatrol: nmea: cannot read ${folder}: a folder; give one file of it\n`,
      code: 1,
    })
  })

  it.each([[['--what']], [['a', 'b']], [['--not-before', 'yesterday']]])(
    'wrong use %j: exit code 2',
    async (args) => {
      expect(await nmea(args)).toMatchObject({ out: '', code: 2 })
    },
  )

  it('all of a big log passes through a pipe', async () => {
    const { out, code } = await nmea([], bigLog(20_000))
    const times = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { time: string }).time)
    expect(times).toHaveLength(20_000)
    expect(times[0]).toBe('2026-05-01T00:00:00.000Z')
    expect(times.at(-1)).toBe('2026-05-01T05:33:19.000Z')
    expect(code).toBe(0)
  })

  it('ends quietly when nobody reads any more', async () => {
    const { err, code } = await nmea([], bigLog(20_000), 10)
    expect(err).toMatch(/^sentences \d+, of other kinds 0; bytes skipped 0\nfixes \d+\nrejected none\n$/)
    expect(code).toBe(0)
  })
})

/** A patrol at 1 Hz from midnight on. */
function bigLog(seconds: number): Uint8Array {
  const bodies = Array.from({ length: seconds }, (_, second) =>
    ggaAndRmc({
      timeMs: Date.UTC(2026, 4, 1) + second * 1000,
      latE5: 187_000_000 + second,
      lonE5: 728_000_000 + second,
      quality: 1,
      satellites: 9,
      hdopE2: 90,
      altDm: 120,
      knotsE3: 8_000,
      courseE2: 4_500,
    }),
  )
  return bytesOf(...bodies.flat())
}
