import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, TracksQuery } from '../../../../proto/http.ts'
import { TRACK_COLUMNS_TYPE } from '../../../../proto/track-columns.ts'
import { fittingTracks, streamedTracks, TooManyFixes } from '../../exchange/answer-tracks.ts'
import type { DeviceRegister } from '../../registers/devices.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireDevice } from '../known-device.ts'
import { type TimeRange, timeRange } from '../range.ts'

/** Says how far a fix that was left out may lie from the line between those of the answer, m. */
export const TOLERANCE_HEADER = 'gridpatrol-tolerance-m'

/** A shift of 1,100 bikes, or a month of 60: some tens of millions of fixes to read. */
const MAX_DEVICE_DAYS = 2000
const DAY_MS = 86_400_000
/** A device is some thousands of fixes of work in any range, however short. */
const LEAST_RANGE_MS = DAY_MS / 3

/** GET tracks: several devices in one answer, thinned so that it can be shown. */
export const tracksRoutes =
  (devices: DeviceRegister, store: TrackStore): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'The tracks of several devices, in the columns format',
      description:
        'Without toleranceM the tracks are thinned just so much that maxFixes hold them; ' +
        `the header ${TOLERANCE_HEADER} and the answer itself say how far.`,
      querystring: TracksQuery,
      response: {
        200: {
          description: 'See docs/track-columns.md',
          content: { [TRACK_COLUMNS_TYPE]: { schema: z.string() } },
        },
      },
    }
    app.get('/tracks', { schema }, async ({ query }, reply) => {
      const range = timeRange(query)
      const asked = { ...range, devices: await devicesOf(query.devices, range, devices, store) }
      boundWork(asked.devices.length, range)
      reply.type(TRACK_COLUMNS_TYPE)
      if (query.toleranceM !== undefined) {
        reply.header(TOLERANCE_HEADER, query.toleranceM)
        const parts = await begun(streamedTracks(store, asked, query.toleranceM))
        return reply.send(Readable.from(parts, { objectMode: false }) as never)
      }
      try {
        const { toleranceM, bytes } = await fittingTracks(store, asked, query.maxFixes)
        return reply.header(TOLERANCE_HEADER, toleranceM).send(bytes as never)
      } catch (error) {
        if (!(error instanceof TooManyFixes)) throw error
        throw new HttpProblem(400, error.message, 'ask for fewer devices, a shorter time, or more maxFixes')
      }
    })
  }

/** The same parts, the first of them made already: where that fails there is an answer that can say so. */
async function begun<Part>(parts: AsyncGenerator<Part>): Promise<AsyncGenerator<Part>> {
  const first = await parts.next()
  return (async function* () {
    if (!first.done) yield first.value
    yield* parts
  })()
}

/** In the order asked for, each once. @throws HttpProblem where one is no id or nothing is known of it. */
async function devicesOf(
  list: string | undefined,
  { fromMs, toMs }: TimeRange,
  devices: DeviceRegister,
  store: TrackStore,
): Promise<string[]> {
  if (list === undefined) return store.devicesBetween(fromMs, toMs)
  const ids = [...new Set(list.split(','))]
  for (const id of ids) {
    if (!DeviceId.safeParse(id).success)
      throw new HttpProblem(
        400,
        `devices: ${JSON.stringify(id.slice(0, 80))} is no device id`,
        'separate ids by commas: devices=ebike-01,ebike-02',
      )
    await requireDevice(id, devices, store)
  }
  return ids
}

function boundWork(devices: number, { fromMs, toMs }: TimeRange): void {
  const days = (devices * Math.max(toMs - fromMs, LEAST_RANGE_MS)) / DAY_MS
  if (days <= MAX_DEVICE_DAYS) return
  throw new HttpProblem(
    400,
    `${devices} devices over this time are ${Math.ceil(days)} device-days, at most ${MAX_DEVICE_DAYS}`,
    'ask for fewer devices or a shorter time',
  )
}
