import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeviceId, GatewayHealth } from '../../../../proto/http.ts'
import type { PresenceRegister } from '../../registers/presence.ts'
import type { Registers } from '../../registers/registers.ts'
import { HttpProblem } from '../errors.ts'
import { isoTime } from '../range.ts'

/** GET devices/{id}/health: the newest health of a gateway, or of the one that carries the device. */
export const gatewayHealthRoutes =
  (
    { devices, health }: Pick<Registers, 'devices' | 'health'>,
    presence: PresenceRegister,
  ): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'How a gateway is: ports, link, backlog, disk, clock, and what a person should look at',
      params: z.object({ id: DeviceId }),
      response: { 200: GatewayHealth },
    }
    app.get('/devices/:id/health', { schema }, async ({ params: { id } }) => {
      const device = devices.find(id)
      if (!device)
        throw new HttpProblem(
          404,
          `device ${id}: no gateway has told of it`,
          'GET /api/v1/devices lists the devices',
        )
      const { gateway } = device
      const known = health.find(gateway, presence, Date.now())
      if (!known)
        throw new HttpProblem(
          404,
          `gateway ${gateway}: no health has come from it yet`,
          'a gateway sends its health every few minutes (healthEveryS of its configuration): ask again later',
        )
      const { timeMs, ...rest } = known.health
      return {
        gateway,
        receivedAt: isoTime(known.receivedMs),
        online: presence.isOnline(gateway),
        time: isoTime(timeMs),
        ...rest,
        attention: known.attention,
      }
    })
  }
