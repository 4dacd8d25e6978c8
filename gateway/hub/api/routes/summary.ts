import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, RangeQuery, Summary } from '../../../../proto/http.ts'
import type { DutyShift, ShiftsOf } from '../../patrol/tracks/duty.ts'
import type { GatewayLife } from '../../patrol/tracks/gap-causes.ts'
import { type Area, type SummaryShift, summarise } from '../../patrol/tracks/summary.ts'
import type { DeviceRegister } from '../../registers/devices.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { requireDevice } from '../known-device.ts'
import { type TimeRange, timeRange } from '../range.ts'

/** What the hub knows around the tracks of its devices; what is absent shows in no summary. */
export interface TrackSurroundings {
  shifts?: ShiftsOf
  /** The area of grids; undefined: none of them is in the register. */
  areaOf?(grids: readonly string[]): Area | undefined
  /** When the gateway of a device ran, and what of its records has come, as needed to judge the range. */
  lifeOf?(device: string, range: TimeRange): GatewayLife | undefined
  placeOf?(lat: number, lon: number): string | undefined
}

/** A device with a shift so long before or after the range is one that shifts are planned for. */
const PLANNED_MS = 31 * 86_400_000

/**
 * GET devices/{id}/summary: what the track of one device amounts to, worked out anew each time. At most 31 days at a
 * time, the month that everyone is judged by: 900,000 fixes are 70 MB of columns, and a year of them would be more than
 * the hub itself.
 */
export const summaryRoutes =
  (devices: DeviceRegister, store: TrackStore, surroundings: TrackSurroundings = {}): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Distance, moving time, time on duty, trips, stops and gaps of a device',
      params: z.object({ id: DeviceId }),
      querystring: RangeQuery,
      response: { 200: Summary },
    }
    app.get('/devices/:id/summary', { schema }, async ({ params: { id }, query }) => {
      const range = timeRange(query)
      await requireDevice(id, devices, store)
      const track = await store.readTrack(id, range.fromMs, range.toMs)
      return summarise(track, range.fromMs, range.toMs, {
        shifts: shiftsOf(id, range, surroundings),
        life: surroundings.lifeOf?.(id, range),
        placeOf: surroundings.placeOf,
        nowMs: Date.now(),
      })
    })
  }

/** Undefined: nothing is planned for this device. */
function shiftsOf(
  device: string,
  { fromMs, toMs }: TimeRange,
  { shifts, areaOf }: TrackSurroundings,
): SummaryShift[] | undefined {
  const around = shifts?.of(device, fromMs - PLANNED_MS, toMs + PLANNED_MS)
  if (!around?.length) return undefined
  return around
    .filter((shift) => shift.fromMs < toMs && shift.toMs > fromMs)
    .map((shift: DutyShift) => ({ ...shift, area: areaOf?.(shift.grids) }))
}
