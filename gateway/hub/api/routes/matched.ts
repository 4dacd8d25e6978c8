import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, RangeQuery, Ratio, Time } from '../../../../proto/http-values.ts'
import { Matcher } from '../../patrol/streets/matcher.ts'
import { lineBetween } from '../../patrol/streets/place-along.ts'
import type { Ridden, StreetNetwork } from '../../patrol/streets/street-network.ts'
import type { DeviceRegister } from '../../registers/devices.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireDevice } from '../known-device.ts'
import { isoTime, timeRange } from '../range.ts'

const Position = z.array(z.number()).length(2)

/** Pieces of streets that were ridden, in the order of riding and each in its direction; WGS-84. */
const Matched = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({
      type: z.literal('Feature'),
      geometry: z.object({ type: z.literal('LineString'), coordinates: z.array(Position).min(2) }),
      properties: z.object({
        /** `{street}/{n}` */
        part: z.string(),
        street: z.string(),
        name: z.string().optional(),
        from: Time,
        to: Time,
        /** How sure it is that it was this street and not another. */
        confidence: Ratio,
      }),
    }),
  ),
})

/** Read at once, some 20 MB; in between, the intake gets its turn. */
const SLICE_MS = 6 * 3_600_000

/** GET devices/{id}/matched: the streets that a device rode on, by map matching. */
export const matchedRoutes =
  (devices: DeviceRegister, store: TrackStore, streets: () => StreetNetwork): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'The streets that a device rode on',
      description: 'Where it was off the streets, or stood, there is nothing.',
      params: z.object({ id: DeviceId }),
      querystring: RangeQuery,
      response: { 200: Matched },
    }
    app.get('/devices/:id/matched', { schema }, async ({ params: { id }, query }) => {
      const { fromMs, toMs } = timeRange(query)
      await requireDevice(id, devices, store)
      const network = streets()
      if (network.parts.length === 0)
        throw new HttpProblem(
          404,
          'there are no streets to match the track to',
          '`gridpatrol import streets FILE` adds some, from OpenStreetMap GeoJSON for one',
        )
      const matcher = new Matcher(network)
      for (let startMs = fromMs; startMs < toMs; startMs += SLICE_MS) {
        const endMs = Math.min(toMs, startMs + SLICE_MS)
        matcher.add(await store.readTrack(id, startMs, endMs))
        await nextTurn()
      }
      matcher.finish()
      const features = matcher.takeSettled().map((piece) => featureOf(piece, network))
      return { type: 'FeatureCollection' as const, features }
    })
  }

function featureOf({ part: index, fromM, toM, startMs, endMs, confidence }: Ridden, network: StreetNetwork) {
  const part = network.parts[index]!
  const { id, street, name } = part
  return {
    type: 'Feature' as const,
    geometry: { type: 'LineString' as const, coordinates: lineBetween(part, fromM, toM) },
    properties: {
      part: id,
      street,
      ...(name === undefined ? {} : { name }),
      from: isoTime(startMs),
      to: isoTime(endMs),
      confidence: Math.round(confidence * 1000) / 1000,
    },
  }
}
