import { Command, InvalidArgumentError, Option } from 'commander'
import { ID_FORM, ID_PATTERN } from '../../proto/domain.ts'
import { COORDINATE_SYSTEMS, type CoordinateSystem } from '../../proto/http.ts'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { importTrack, type TrackImportReport } from '../hub/exchange/import-track.ts'
import { readTrackFile } from '../hub/exchange/read-file.ts'
import { UnreadableFile } from '../hub/exchange/read-point.ts'
import { openRegisters, type Registers } from '../hub/registers/registers.ts'
import { openTrackStore } from '../hub/stores/open-track-store.ts'
import type { TrackStore } from '../hub/stores/track-store.ts'
import { type StoreOptions, withStore } from './export-track.ts'
import { hubFolder } from './import-registers.ts'

/** `import tracks FILE…`: recorded tracks of other programs into the track store, also beside a running hub. */

/** Rejects that are listed one by one; the rest is counted. */
const MAX_LISTED = 100

interface Options extends StoreOptions {
  device: string
  crs?: CoordinateSystem
}

export function importTracksCommand(): Command {
  return withStore(new Command('tracks'))
    .description('recorded tracks of one device: GPX, GeoJSON, CSV, PLT of GeoLife and OziExplorer')
    .argument('<files...>', 'track files')
    .requiredOption('--device <id>', `whose fixes they become: ${ID_FORM}`, deviceId)
    .addOption(
      new Option('--crs <crs>', 'of the coordinates, where a file does not say (default: wgs84)').choices(
        COORDINATE_SYSTEMS,
      ),
    )
    .action(importFiles)
}

function deviceId(text: string): string {
  if (!ID_PATTERN.test(text)) throw new InvalidArgumentError(`expected ${ID_FORM}.`)
  return text
}

async function importFiles(files: string[], options: Options, command: Command): Promise<void> {
  const folder = hubFolder(options, command)
  const registers = openRegisters(folder)
  let store: TrackStore | undefined
  try {
    store = await openTrackStore(
      options.config === undefined ? { kind: 'sqlite' } : loadHubConfig(options.config).store,
      folder,
    )
    for (const file of files) await importFile(file, options, store, registers)
  } finally {
    await store?.close()
    registers.close()
  }
}

/** A file that cannot be read is told and does not keep the others from being imported. */
async function importFile(
  path: string,
  { device, crs }: Options,
  store: TrackStore,
  registers: Registers,
): Promise<void> {
  let rejects = 0
  const onReject = (where: string, reason: string): void => {
    if (++rejects <= MAX_LISTED) console.error(`${path}: ${where}: ${reason}`)
  }
  const onProgress = (points: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${path}: ${points} points`)
  }
  try {
    const file = await readTrackFile(path)
    const report = await importTrack(file, { store, device, crs, nowMs: Date.now(), onReject, onProgress })
    if (process.stderr.isTTY) process.stderr.write('\n')
    if (rejects > MAX_LISTED) console.error(`${path}: and ${rejects - MAX_LISTED} more rejected points`)
    register(registers, device, report)
    console.log(`${path}: ${summaryOf(report)}`)
    if (report.kept === 0) process.exitCode = 1
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!(error instanceof UnreadableFile) && code !== 'ENOENT' && code !== 'EISDIR' && code !== 'EACCES')
      throw error
    console.error(`gridpatrol: ${error instanceof UnreadableFile ? `${path}: ` : ''}${message}`)
    process.exitCode = 1
  }
}

/** So that the device is listed; heard of when its last fix was made, not now. */
function register({ devices }: Registers, device: string, { last }: TrackImportReport): void {
  if (!last) return
  const gateway = devices.find(device)?.gateway ?? device
  devices.seen([{ device, gateway, seenMs: last.timeMs, lastFix: last }])
}

function summaryOf({
  format,
  crs,
  kept,
  rejected,
  repeated,
  leftOut,
  passedOver,
  first,
  last,
}: TrackImportReport): string {
  const when =
    first && last ? `, ${new Date(first.timeMs).toISOString()} to ${new Date(last.timeMs).toISOString()}` : ''
  const more = [
    repeated > 0 ? `${repeated} repeated` : '',
    ...[...leftOut].map(([quantity, fixes]) => `${quantity} of ${fixes} left out as impossible`),
    passedOver > 0 ? `${passedOver} points of routes and waypoints passed over` : '',
  ].filter((text) => text !== '')
  return `${format} in ${crs}: ${kept} fixes kept, ${rejected} rejected${more.map((text) => `, ${text}`).join('')}${when}`
}
