import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, RangeQuery, Summary } from '../../../../proto/http.ts'
import { summarise } from '../../patrol/tracks/summary.ts'
import type { DeviceRegister } from '../../registers/devices.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { requireDevice } from '../known-device.ts'
import { timeRange } from '../range.ts'

/** GET devices/{id}/summary: what the track of one device amounts to. */
export const summaryRoutes =
  (devices: DeviceRegister, store: TrackStore): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Distance, moving time, stops and gaps of a device',
      params: z.object({ id: DeviceId }),
      querystring: RangeQuery,
      response: { 200: Summary },
    }
    app.get('/devices/:id/summary', { schema }, async ({ params: { id }, query }) => {
      const { fromMs, toMs } = timeRange(query)
      await requireDevice(id, devices, store)
      return summarise(await store.readTrack(id, fromMs, toMs), fromMs, toMs)
    })
  }
