import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { GridFeature } from '../../../../proto/district.ts'
import { LastSeenAnswer, LastSeenQuery } from '../../../../proto/patrol-http.ts'
import type { LastSeen } from '../../patrol/coverage/last-seen.ts'
import type { PatrolGround, PatrolGrounds } from '../../patrol/ground/patrol-ground.ts'
import { HttpProblem } from '../errors.ts'
import { requireUnits } from '../known-grid.ts'
import { isoTime } from '../range.ts'

/** A street office has some hundred unit grids; a district's components would be tens of megabytes. */
const MAX_GRIDS = 200

/** GET last-seen: when the street parts and components of a grid were seen last. */
export const lastSeenRoutes =
  (grounds: Pick<PatrolGrounds, 'current'>, lastSeen: LastSeen): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'When the street parts and components of a grid were seen last',
      querystring: LastSeenQuery,
      response: { 200: LastSeenAnswer },
    }
    app.get('/last-seen', { schema }, async ({ query }) => {
      const ground = grounds.current()
      const grids = requireUnits(ground, query.grid)
      if (grids.length > MAX_GRIDS)
        throw new HttpProblem(
          400,
          `grid ${query.grid}: ${grids.length} unit grids, at most ${MAX_GRIDS} at a time`,
          'ask for a longer code',
        )
      const { sinceMs } = lastSeen
      return {
        grid: query.grid,
        ...(sinceMs === undefined ? {} : { since: isoTime(sinceMs) }),
        parts: grids.flatMap((grid) => partsIn(grid, ground, lastSeen)),
        components: grids.flatMap((grid) => componentsIn(grid, ground, lastSeen)),
      }
    })
  }

function partsIn(grid: GridFeature, ground: PatrolGround, lastSeen: LastSeen): LastSeenAnswer['parts'] {
  return ground
    .road(grid)
    .slots.filter(({ isAtHome }) => isAtHome)
    .map(({ part: { id, street, name, highway, lengthM } }) => {
      const className = ground.rules.classOfStreet({ id: street, name, highway })
      return {
        part: id,
        street,
        ...(name === undefined ? {} : { name }),
        ...(highway === undefined ? {} : { highway }),
        lengthM,
        class: className,
        allowedH: ground.rules.class(className).streets.allowedUnseenH,
        ...seenAt(lastSeen.streetPart(id)),
      }
    })
}

function componentsIn(
  grid: GridFeature,
  ground: PatrolGround,
  lastSeen: LastSeen,
): LastSeenAnswer['components'] {
  return ground.components(grid).components.map(({ properties: { code, name } }) => {
    const className = ground.rules.classOfComponent(code)
    return {
      code,
      name,
      class: className,
      allowedH: ground.rules.class(className).components.allowedUnseenH,
      ...seenAt(lastSeen.component(code)),
    }
  })
}

const seenAt = (timeMs: number | undefined) => (timeMs === undefined ? {} : { lastSeen: isoTime(timeMs) })
