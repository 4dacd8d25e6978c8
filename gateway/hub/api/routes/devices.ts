import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Devices } from '../../../../proto/http.ts'
import type { PresenceRegister } from '../../registers/presence.ts'
import type { Registers } from '../../registers/registers.ts'
import { fixJson } from '../fix-json.ts'
import { isoTime } from '../range.ts'

/** GET devices: gateways and the devices they carry, with the last that is known of them. */
export const deviceRoutes =
  (
    { devices, health }: Pick<Registers, 'devices' | 'health'>,
    presence: PresenceRegister,
  ): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = { summary: 'Devices and gateways', response: { 200: Devices } }
    app.get('/devices', { schema }, async () => {
      const nowMs = Date.now()
      return {
        devices: devices.list().map(({ device, gateway, seenMs, lastFix }) => {
          const attention = health.attentionOf(gateway, presence, nowMs)
          return {
            id: device,
            gateway,
            online: presence.isOnline(gateway),
            lastSeen: isoTime(seenMs),
            ...(lastFix ? { lastFix: fixJson(lastFix) } : {}),
            ...(attention.length > 0 ? { attention } : {}),
          }
        }),
      }
    })
  }
