import { generateDistrict } from '../../../device-sim/city/district.ts'
import { distanceM, type PlanePoint } from '../../../device-sim/city/plane.ts'
import { streetGraph } from '../../../device-sim/city/street-graph.ts'
import type { Disturbance } from '../../../device-sim/ebike/disturbance.ts'
import { EbikeRide, type EbikeRideOptions, type RideEpoch } from '../../../device-sim/ebike/ebike-ride.ts'
import { allotBeats } from '../../../device-sim/ebike/fleet.ts'
import { NmeaDecoder, type NmeaFix, type NmeaOptions } from '../../../gateway/edge/drivers/nmea/nmea.ts'

export const district = generateDistrict(1)
export const graph = streetGraph(district)
export const START_MS = Date.UTC(2026, 2, 2, 0, 0, 0)
export const BEAT = allotBeats(district, 6)[0]!
/** Nothing comes between the truth and the sentences but everyday noise. */
export const CLEAN = { voidsPerHour: 0, powerGapsPerHour: 0, coldStart: false, blankFields: 0 }
/** Not even that. */
export const EXACT = { ...CLEAN, sigmaM: 0.001, canyonSigmaM: 0.001 }

export function ride(options: Partial<EbikeRideOptions> = {}): EbikeRide {
  return new EbikeRide({
    id: 'ebike-01',
    seed: 1,
    district,
    beat: BEAT,
    startMs: START_MS,
    noise: CLEAN,
    ...options,
  })
}

export function epochs(of: EbikeRide, count: number): RideEpoch[] {
  return Array.from({ length: count }, () => of.next())
}

export function lines(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1')
  return text === '' ? [] : text.trimEnd().split('\r\n')
}

/** The fields of the first sentence of this formatter, address and checksum apart: `[0]` is the first field. */
export function fields(bytes: Uint8Array, formatter: string): string[] {
  const line = lines(bytes).find((each) => each.slice(3, 6) === formatter)!
  return line.slice(0, line.lastIndexOf('*')).split(',').slice(1)
}

/** Written apart from simulator and decoder: the sum between `$` and `*`. */
export function checksumIsRight(line: string): boolean {
  const match = /^\$([^*$]+)\*([0-9A-F]{2})$/.exec(line)
  if (!match) return false
  const sum = [...match[1]!].reduce((value, letter) => value ^ letter.charCodeAt(0), 0)
  return Number.parseInt(match[2]!, 16) === sum
}

/** How far what RMC says is from where the e-bike was. */
export function errorOf({ bytes, truth }: Pick<RideEpoch, 'bytes' | 'truth'>): PlanePoint {
  const [, , lat, north, lon, east] = fields(bytes, 'RMC')
  const said = graph.plane.toPlane(degrees(lat!, north!), degrees(lon!, east!))
  const was = graph.plane.toPlane(truth.lat, truth.lon)
  return { xM: said.xM - was.xM, yM: said.yM - was.yM }
}

export function errorM(epoch: Pick<RideEpoch, 'bytes' | 'truth'>): number {
  return distanceM({ xM: 0, yM: 0 }, errorOf(epoch))
}

function degrees(value: string, hemisphere: string): number {
  const point = value.indexOf('.')
  const absolute = Number(value.slice(0, point - 2)) + Number(value.slice(point - 2)) / 60
  return hemisphere === 'S' || hemisphere === 'W' ? -absolute : absolute
}

export function isDisturbed({ truth }: RideEpoch, by: Disturbance): boolean {
  return truth.disturbed?.includes(by) ?? false
}

/** Epochs that follow each other and for which this holds. */
export function runs(of: readonly RideEpoch[], holds: (epoch: RideEpoch) => boolean): RideEpoch[][] {
  const found: RideEpoch[][] = []
  for (const [index, epoch] of of.entries()) {
    if (!holds(epoch)) continue
    if (index > 0 && holds(of[index - 1]!)) found.at(-1)!.push(epoch)
    else found.push([epoch])
  }
  return found
}

export interface Decoded {
  fixes: NmeaFix[]
  rejected: Readonly<Record<string, number>>
  sentences: number
  unknown: number
  skippedBytes: number
}

/** What the gateway makes of it. */
export function decode(chunks: Iterable<Uint8Array>, options: NmeaOptions = {}): Decoded {
  const fixes: NmeaFix[] = []
  const decoder = new NmeaDecoder({ onFix: (fix) => fixes.push({ ...fix }) }, options)
  for (const chunk of chunks) decoder.push(chunk)
  decoder.end()
  const { rejected, sentences, unknown, skippedBytes } = decoder.counts
  return { fixes, rejected, sentences, unknown, skippedBytes }
}

export function bytesOf(of: readonly RideEpoch[]): Uint8Array[] {
  return of.map((epoch) => epoch.bytes)
}
