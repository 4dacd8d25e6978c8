import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { MissedAnswer, MissedQuery, Round, RoundQuery } from '../../../../proto/patrol-http.ts'
import type { LastSeen } from '../../patrol/coverage/last-seen.ts'
import type { PatrolGrounds } from '../../patrol/ground/patrol-ground.ts'
import { NoStreetNear, roundOf } from '../../patrol/missed/round-of-missed.ts'
import { unseenIn } from '../../patrol/missed/unseen.ts'
import type { PatrolPlan } from '../../patrol/shifts/patrol-plan.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireUnits } from '../known-grid.ts'
import { requireShift } from '../known-shift.ts'

export interface MissedSources {
  grounds: PatrolGrounds
  lastSeen: LastSeen
  plan: Pick<PatrolPlan, 'find'>
  store: Pick<TrackStore, 'lastFix'>
}

/** GET missed: what nobody saw for longer than its class allows; GET shifts/{id}/round: a ride that closes some of it. */
export const missedRoutes =
  ({ grounds, lastSeen, plan, store }: MissedSources): FastifyPluginAsyncZod =>
  async (app) => {
    const missed = {
      summary: 'Street parts, components and cells that were not seen for longer than their class allows',
      querystring: MissedQuery,
      response: { 200: MissedAnswer },
    }
    app.get('/missed', { schema: missed }, async ({ query: { grid, at = Date.now(), kind, limit } }) => {
      const ground = grounds.current()
      const grids = grid === undefined ? ground.grids : requireUnits(ground, grid)
      const found = unseenIn(ground, lastSeen, grids, at).filter((one) => !kind || one.kind === kind)
      return { at: new Date(at).toISOString(), total: found.length, missed: found.slice(0, limit) }
    })

    const round = {
      summary: 'A round over the streets for the rest of a shift',
      params: z.object({ id: z.string().min(1).max(64) }),
      querystring: RoundQuery,
      response: { 200: Round },
    }
    app.get('/shifts/:id/round', { schema: round }, async ({ params: { id }, query }) => {
      const { at = Date.now() } = query
      const shift = requireShift(plan, id)
      if (at >= shift.toMs)
        throw new HttpProblem(
          409,
          `shift ${id} ended at ${new Date(shift.toMs).toISOString()}: no time is left for a round`,
          'ask for a running shift, or give an earlier moment with at=',
        )
      const start = await whereFrom(query, shift.device, store)
      const ground = grounds.current()
      const open = unseenIn(ground, lastSeen, ground.units(shift.grids), at)
      try {
        return { shift: id, ...(await roundOf(ground, open, start, Math.max(at, shift.fromMs), shift.toMs)) }
      } catch (error) {
        if (!(error instanceof NoStreetNear)) throw error
        throw new HttpProblem(409, error.message, 'give lat and lon of a place at a street to begin there')
      }
    })
  }

async function whereFrom(
  { lat, lon }: z.infer<typeof RoundQuery>,
  device: string,
  store: Pick<TrackStore, 'lastFix'>,
): Promise<{ lat: number; lon: number }> {
  if (lat !== undefined && lon !== undefined) return { lat, lon }
  if (lat !== undefined || lon !== undefined)
    throw new HttpProblem(400, 'lat without lon, or lon without lat: expected both or none')
  const fix = await store.lastFix(device)
  if (fix) return fix
  throw new HttpProblem(
    409,
    `device ${device} has no fix yet: it is not known where it is`,
    'give lat and lon',
  )
}
