import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, TrackColumns, TrackJson, TrackQuery } from '../../../../proto/http.ts'
import { TRACK_COLUMNS_TYPE } from '../../../../proto/track-columns.ts'
import { streamedTracks } from '../../exchange/answer-tracks.ts'
import { thinnedTrack } from '../../exchange/thinned-track.ts'
import { CONTENT_TYPES, isFileFormat, writeFile } from '../../exchange/write-file.ts'
import type { DeviceRegister } from '../../registers/devices.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireDevice } from '../known-device.ts'
import { timeRange } from '../range.ts'
import { streamText } from '../stream-text.ts'
import { writeTrackJson } from '../track-json.ts'
import { TOLERANCE_HEADER } from './tracks.ts'

const JSON_TYPE = 'application/json'

/** GET devices/{id}/track: what was recorded of one device, as columns, JSON, GeoJSON, GPX or CSV. */
export const trackRoutes =
  (devices: DeviceRegister, store: TrackStore): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'The track of a device',
      description:
        `format=columns answers ${TRACK_COLUMNS_TYPE} (docs/track-columns.md), or JSON where that alone is ` +
        'accepted; json answers JSON; geojson, gpx and csv answer files of those kinds, in the coordinate system of crs.',
      params: z.object({ id: DeviceId }),
      querystring: TrackQuery,
      response: {
        200: {
          description: 'The track',
          content: {
            [TRACK_COLUMNS_TYPE]: { schema: z.string() },
            [JSON_TYPE]: { schema: z.union([TrackColumns, TrackJson]) },
          },
        },
      },
    }
    app.get('/devices/:id/track', { schema }, async ({ params: { id }, query, headers }, reply) => {
      const { format, crs, toleranceM } = query
      if (crs !== 'wgs84' && !isFileFormat(format))
        throw new HttpProblem(
          400,
          `crs ${crs} with format ${format}: only files (gpx, geojson, csv) come in other systems than wgs84`,
          'leave crs out and shift the coordinates while drawing',
        )
      const range = timeRange(query)
      await requireDevice(id, devices, store)
      reply.header(TOLERANCE_HEADER, toleranceM).header('vary', 'accept')
      if (format === 'columns' && !wantsJson(headers.accept)) {
        const parts = streamedTracks(store, { ...range, devices: [id] }, toleranceM)
        const answer: Uint8Array[] = []
        for await (const part of parts) answer.push(part)
        return reply.type(TRACK_COLUMNS_TYPE).send(Buffer.concat(answer) as never)
      }
      const track = thinnedTrack(await store.readTrack(id, range.fromMs, range.toMs), toleranceM)
      if (!isFileFormat(format))
        return streamText(reply, `${JSON_TYPE}; charset=utf-8`, writeTrackJson(track, range, format))
      reply.header('content-disposition', `attachment; filename="${id}.${format}"`)
      reply.type(CONTENT_TYPES[format])
      return reply.send(
        Readable.from(writeFile([track], { device: id, format, crs }), { objectMode: false }) as never,
      )
    })
  }

/** A browser or fetch that names nothing takes anything: bytes. */
function wantsJson(accept = '*/*'): boolean {
  return accept.includes(JSON_TYPE) && !accept.includes(TRACK_COLUMNS_TYPE)
}
