import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { COORDINATE_SYSTEMS, type CoordinateSystem, Moment } from '../../proto/http.ts'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { dailySlices, type TrackSlice } from '../hub/exchange/track-slice.ts'
import { FILE_FORMATS, type FileFormat, writeFile } from '../hub/exchange/write-file.ts'
import { openTrackStore } from '../hub/stores/open-track-store.ts'
import type { TrackStore } from '../hub/stores/track-store.ts'
import { hubFolder } from './import-registers.ts'

/** `export track`: one device's fixes of a time as a file, to stdout; a hub may be running on the same folder. */

/** ECMA-262, 21.4.1.1. */
const MAX_DATE_MS = 8.64e15

interface Options extends StoreOptions, RangeOptions {
  device: string
  format: FileFormat
  crs: CoordinateSystem
}

export function exportCommand(): Command {
  const command = new Command('export').description('recorded tracks as files')
  command.addCommand(
    withRange(withStore(new Command('track')))
      .description('the track of one device, to stdout')
      .requiredOption('--device <id>', 'as devices are named on the page')
      .addOption(new Option('--format <format>', 'of the file').choices(FILE_FORMATS).makeOptionMandatory())
      .addOption(new Option('--crs <crs>', 'of the coordinates').choices(COORDINATE_SYSTEMS).default('wgs84'))
      .action(exportTrack),
  )
  return command
}

async function exportTrack(options: Options, command: Command): Promise<void> {
  const { device, from, to } = options
  const store = await openTracks(options, command)
  try {
    const slices = dailySlices(store, device, from, to)
    const first = await slices.next()
    if (first.done) throw new Error(await nothingThere(store, device, from, to))
    const text = writeFile(beginningWith(first.value, slices), options)
    await pipeline(Readable.from(text, { objectMode: false }), process.stdout, { end: false })
  } catch (error) {
    // Whoever reads has enough: `… | head`.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  } finally {
    await store.close()
  }
}

async function* beginningWith(
  first: TrackSlice,
  rest: AsyncIterable<TrackSlice>,
): AsyncGenerator<TrackSlice> {
  yield first
  yield* rest
}

async function nothingThere(
  store: TrackStore,
  device: string,
  fromMs: number,
  toMs: number,
): Promise<string> {
  const others = await store.devicesBetween(fromMs, toMs)
  const range = `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`
  if (others.length === 0) return `no device has a fix ${range}; check --from, --to and the data folder`
  return `device ${device}: no fix ${range}; devices with fixes then: ${others.join(', ')}`
}

export interface StoreOptions {
  data?: string
  config?: string
}

export interface RangeOptions {
  from: number
  to: number
}

export function withStore(command: Command): Command {
  return command
    .option('-d, --data <dir>', "the hub's data folder")
    .option('-c, --config <file>', "the hub's configuration, instead of --data")
}

export function withRange(command: Command): Command {
  return command
    .requiredOption('--from <time>', 'ISO 8601 or Unix ms: 2026-05-01T08:00:00+08:00', moment)
    .requiredOption('--to <time>', 'up to, but not at this time', moment)
    .hook('preAction', (_, command) => {
      const { from, to } = command.opts<RangeOptions>()
      if (from < to) return
      const [fromText, toText] = [from, to].map((timeMs) => new Date(timeMs).toISOString())
      command.error(`error: --from ${fromText} is not before --to ${toText}; swap them`)
    })
}

function moment(text: string): number {
  const result = Moment.safeParse(text)
  if (!result.success) throw new InvalidArgumentError(result.error.issues[0]!.message)
  if (Math.abs(result.data) > MAX_DATE_MS) throw new InvalidArgumentError('no date reaches that far.')
  return result.data
}

/** The track store that --data or --config names. @throws Error where there is none; ConfigError */
export async function openTracks(options: StoreOptions, command: Command): Promise<TrackStore> {
  const folder = hubFolder(options, command)
  const store =
    options.config === undefined ? { kind: 'sqlite' as const } : loadHubConfig(options.config).store
  if (store.kind === 'sqlite' && !existsSync(join(folder, 'tracks.db')))
    throw new Error(`${folder}: no tracks.db there; expected the data folder of a hub that has run`)
  return openTrackStore(store, folder)
}
