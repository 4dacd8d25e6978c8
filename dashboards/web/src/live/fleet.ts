import type { Device, FixJson } from '../../../../proto/http.ts'
import { type Leg, prune, schedule } from './motion.ts'

/** What is known of every e-bike now. In: the device list and live events. Out: rows for the list, legs for the map. */

export interface Vehicle {
  readonly id: string
  readonly gateway: string
  readonly online: boolean
  readonly lastSeenMs: number | undefined
  readonly fix: FixJson | undefined
  readonly fixMs: number | undefined
  /** Keys of what a person should look at on its gateway. */
  readonly attention: readonly string[]
}

/** How long a trail stays behind a marker. */
export const TRAIL_MS = 90_000

export class Fleet {
  #vehicles = new Map<string, Vehicle>()
  #legs = new Map<string, Leg[]>()
  #rows: readonly Vehicle[] | undefined
  /** The hub's list: the truth about who there is; a position is taken from it only where it is newer. */
  list(devices: readonly Device[], nowMs: number): void {
    const listed = new Set(devices.map(({ id }) => id))
    for (const id of this.#vehicles.keys()) if (!listed.has(id)) this.#forget(id)
    for (const device of devices) {
      const known = this.#vehicles.get(device.id)
      const lastSeenMs = newest(known?.lastSeenMs, device.lastSeen && Date.parse(device.lastSeen))
      this.#put({ fix: undefined, fixMs: undefined, ...known, ...pickIdentity(device), lastSeenMs })
      if (device.lastFix) this.#move(device.id, [device.lastFix], nowMs)
    }
  }

  /**
   * @param nowMs the page's monotonic clock, by which markers glide. @param wallMs Unix ms.
   * @returns false where the e-bike is not in the list yet: the list should be asked for again.
   */
  fixes(id: string, fixes: readonly FixJson[], nowMs: number, wallMs: number): boolean {
    const known = this.#vehicles.get(id)
    this.#put({
      gateway: id,
      online: true,
      fix: undefined,
      fixMs: undefined,
      attention: [],
      ...known,
      id,
      lastSeenMs: wallMs,
    })
    this.#move(id, fixes, nowMs)
    return known !== undefined
  }

  /**
   * A gateway's presence, and what wants a person there, hold for every device behind it.
   * @returns false where nobody of that name is listed.
   */
  presence(id: string, online: boolean, attention?: readonly string[]): boolean {
    const meant = [...this.#vehicles.values()].filter(
      (vehicle) => vehicle.id === id || vehicle.gateway === id,
    )
    for (const vehicle of meant) this.#put({ ...vehicle, online, attention: attention ?? vehicle.attention })
    return meant.length > 0
  }

  get(id: string): Vehicle | undefined {
    return this.#vehicles.get(id)
  }

  legs(id: string): readonly Leg[] {
    return this.#legs.get(id) ?? []
  }

  /** Online ones first, then by name; the same array until something changes. */
  rows(): readonly Vehicle[] {
    this.#rows ??= [...this.#vehicles.values()].sort(
      (a, b) => Number(b.online) - Number(a.online) || a.id.localeCompare(b.id, 'en', { numeric: true }),
    )
    return this.#rows
  }

  #move(id: string, fixes: readonly FixJson[], nowMs: number): void {
    const vehicle = this.#vehicles.get(id)!
    const batch = fixes
      .map((fix) => ({ fix, timeMs: Date.parse(fix.time), lat: fix.lat, lon: fix.lon }))
      .filter(({ timeMs }) => timeMs > (vehicle.fixMs ?? Number.NEGATIVE_INFINITY))
      .sort((a, b) => a.timeMs - b.timeMs)
    const last = batch.at(-1)
    if (!last) return
    let legs = this.#legs.get(id)
    if (!legs) {
      legs = []
      this.#legs.set(id, legs)
    }
    schedule(legs, vehicle.fixMs, batch, nowMs)
    prune(legs, nowMs - TRAIL_MS)
    this.#put({ ...vehicle, fix: last.fix, fixMs: last.timeMs })
  }

  #put(vehicle: Vehicle): void {
    this.#vehicles.set(vehicle.id, vehicle)
    this.#rows = undefined
  }

  #forget(id: string): void {
    this.#vehicles.delete(id)
    this.#legs.delete(id)
    this.#rows = undefined
  }
}

const pickIdentity = ({ id, gateway, online, attention = [] }: Device) => ({ id, gateway, online, attention })

function newest(a: number | undefined, b: number | '' | undefined): number | undefined {
  if (b === undefined || b === '') return a
  return a === undefined ? b : Math.max(a, b)
}
