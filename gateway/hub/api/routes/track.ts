import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, TrackColumns, TrackJson, TrackQuery } from '../../../../proto/http.ts'
import type { DeviceRegister } from '../../registers/devices.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireDevice } from '../known-device.ts'
import { timeRange } from '../range.ts'
import { streamText } from '../stream-text.ts'
import { TRACK_CONTENT_TYPES, writeTrack } from '../track-formats.ts'

/** GET devices/{id}/track: what was recorded of one device, as columns, JSON, GeoJSON, GPX or CSV. */
export const trackRoutes =
  (devices: DeviceRegister, store: TrackStore): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'The track of a device',
      description: 'format=columns and json answer JSON; geojson, gpx and csv answer files of those kinds.',
      params: z.object({ id: DeviceId }),
      querystring: TrackQuery,
      response: { 200: z.union([TrackColumns, TrackJson]) },
    }
    app.get('/devices/:id/track', { schema }, async ({ params: { id }, query }, reply) => {
      const { format, crs } = query
      if (crs !== 'wgs84')
        throw new HttpProblem(
          400,
          `crs ${crs}: this hub answers in wgs84 only`,
          'leave crs out and shift the coordinates while drawing',
        )
      const range = timeRange(query)
      await requireDevice(id, devices, store)
      const track = await store.readTrack(id, range.fromMs, range.toMs)
      if (format === 'gpx' || format === 'csv' || format === 'geojson')
        reply.header('content-disposition', `attachment; filename="${id}.${format}"`)
      return streamText(reply, TRACK_CONTENT_TYPES[format], writeTrack(track, range, format))
    })
  }
