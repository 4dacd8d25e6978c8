import { createReadStream } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, InvalidArgumentError } from 'commander'
import {
  type NmeaCounts,
  NmeaDecoder,
  type NmeaFix,
  type NmeaOptions,
  type NmeaText,
  type SystemSatellites,
} from '../edge/drivers/nmea/nmea.ts'

/** Of the receiver's messages so many different ones are shown, the latest. */
const MESSAGES_SHOWN = 8

/** What is told of the input beside its fixes. */
export interface Told {
  counts: NmeaCounts
  /** At the end of the input. */
  satellites: readonly SystemSatellites[]
  /** The latest messages of the receiver, and how often each came. */
  messages: ReadonlyMap<string, number>
}

/** `nmea [FILE|-]`: NMEA 0183 in, one JSON fix a line out; to stderr what was counted. */
export function nmeaCommand(): Command {
  return new Command('nmea')
    .description(
      'decode NMEA 0183: one JSON fix a line; counts, satellites and messages of the receiver go to stderr',
    )
    .argument('[file]', 'a recorded log, or - for standard input', '-')
    .option(
      '--not-before <date>',
      'the recording is not older (YYYY-MM-DD): earlier dates suffer from GPS week rollover and are moved on',
      calendarDay,
    )
    .action(async (file: string, { notBefore }: { notBefore?: number }) => {
      const told = await printFixes(openInput(file), process.stdout, file, { floorMs: notBefore })
      for (const line of summary(told)) console.error(line)
    })
}

/**
 * Decodes `input` to its end and writes a line for each fix, no faster than `output` takes them. A reader that
 * has seen enough (`| head`) ends it quietly.
 *
 * @param name of the input, for errors.
 * @throws Error when the input cannot be read or the output not be written: what, and what to do.
 */
export async function printFixes(
  input: Readable,
  output: Writable,
  name: string,
  options: NmeaOptions = {},
): Promise<Told> {
  let lines = ''
  const messages = new Map<string, number>()
  const decoder = new NmeaDecoder(
    {
      onFix(fix) {
        lines += `${fixJson(fix)}\n`
      },
      onText(text) {
        noteMessage(messages, text)
      },
    },
    options,
  )
  const takeLines = (): string => {
    const taken = lines
    lines = ''
    return taken
  }
  try {
    await pipeline(
      input,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          decoder.push(chunk)
          if (lines !== '') yield takeLines()
        }
        decoder.end()
        if (lines !== '') yield takeLines()
      },
      output,
      { end: false },
    )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE')
      throw explained(error as NodeJS.ErrnoException, name)
  }
  return { counts: decoder.counts, satellites: decoder.satellites, messages }
}

/** Some receivers send one and the same every second. */
function noteMessage(messages: Map<string, number>, { severity, text }: NmeaText): void {
  const message = `${severity ?? 'text'}: ${text}`
  const times = messages.get(message) ?? 0
  messages.delete(message)
  messages.set(message, times + 1)
  const [oldest] = messages.keys()
  if (messages.size > MESSAGES_SHOWN && oldest !== undefined) messages.delete(oldest)
}

function openInput(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file)
}

const HINTS: Record<string, string> = {
  ENOENT: 'no such file; give the path of a recorded log, or - for standard input',
  EISDIR: 'a folder; give one file of it',
  EACCES: 'not allowed to read it; check its permissions',
}

function explained(error: NodeJS.ErrnoException, name: string): Error {
  if (error.syscall === 'write') return new Error(`nmea: cannot write the fixes: ${error.message}`)
  return new Error(`nmea: cannot read ${name}: ${HINTS[error.code ?? ''] ?? error.message}`)
}

/** The fix as it is printed: no key for what is not known, no digits that are only an artefact of binary. */
function fixJson({ timeMs, lat, lon, ...rest }: NmeaFix): string {
  return JSON.stringify({
    time: timeMs === undefined ? undefined : new Date(timeMs).toISOString(),
    lat: rounded(lat, 1e9),
    lon: rounded(lon, 1e9),
    altM: rest.altM,
    speedMps: rounded(rest.speedMps, 1e3),
    courseDeg: rest.courseDeg,
    hdop: rest.hdop,
    satellites: rest.satellites,
    quality: rest.quality,
    accuracyM: rounded(rest.accuracyM, 1e3),
  })
}

function rounded(value: number | undefined, unitsOfOne: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * unitsOfOne) / unitsOfOne
}

function summary({ counts, satellites, messages }: Told): string[] {
  const { sentences, unknown, fixes, skippedBytes, rejected } = counts
  const reasons = Object.entries(rejected).map(([reason, count]) => `${reason} ${count}`)
  const lines = [
    `sentences ${sentences}, of other kinds ${unknown}; bytes skipped ${skippedBytes}`,
    `fixes ${fixes}`,
    `rejected ${reasons.length === 0 ? 'none' : reasons.sort().join(', ')}`,
  ]
  if (sentences === 0)
    lines.push('no NMEA 0183 sentence was found: is this the right file, or the right baud rate?')
  if (satellites.length > 0) lines.push(`satellites at the end: ${satellites.map(systemLine).join('; ')}`)
  for (const [message, times] of messages)
    lines.push(`receiver ${message}${times > 1 ? ` (${times} times)` : ''}`)
  return lines
}

function systemLine({ system, inView, used, bestSnrDb }: SystemSatellites): string {
  const parts = [
    ...(used === undefined ? [] : [`${used} used`]),
    ...(inView === undefined ? [] : [`${inView} in view`]),
    ...(bestSnrDb === undefined ? [] : [`best ${bestSnrDb} dB-Hz`]),
  ]
  return `${system} ${parts.join(', ')}`
}

function calendarDay(text: string): number {
  const dayMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(dayMs)) throw new InvalidArgumentError('expected a day such as 2020-01-31.')
  return dayMs
}
