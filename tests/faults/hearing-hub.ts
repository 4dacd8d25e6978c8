import { onTestFinished } from 'vitest'
import { silentLog } from '../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../gateway/hub/broker/embedded.ts'
import { decodeBody, decodeEnvelope, encodeReceipt } from '../../proto/codec/codec.ts'
import type { Body, CaseReport, Health, Presence } from '../../proto/domain.ts'

/** The hub's own broker with a listener behind it: what came, each record once and in the order of its coming. */
export interface HearingHub {
  url: string
  /** Clients connected now. */
  clients(): number
  presence(): Presence[]
  bodies(): Body[]
  cases(): CaseReport[]
  health(): Health[]
  readingTimes(): number[]
  fixTimes(): number[]
  /** Why records or presences were refused. */
  refused(): string[]
}

export async function hearingHub(): Promise<HearingHub> {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog())
  const kept = new Map<string, Body>()
  const presence: Presence[] = []
  const refused: string[] = []
  onTestFinished(() => broker.close())
  await broker.start({
    onUp(gateway, payload, done) {
      try {
        const { boot, sequence, lane, body } = decodeEnvelope(payload)
        const name = `${boot}/${sequence}`
        if (!kept.has(name)) kept.set(name, decodeBody(lane, body))
        broker.publishDown(gateway, encodeReceipt({ boot, sequences: [sequence] }))
      } catch (error) {
        refused.push((error as Error).message)
      }
      done()
    },
    onPresence: (_gateway, one) => void presence.push(one),
    onRefused: ({ detail }) => void refused.push(detail),
    onReady() {},
  })
  const bodies = (): Body[] => [...kept.values()]
  return {
    url: broker.url,
    clients: () => broker.state().clients,
    presence: () => presence,
    bodies,
    cases: () => bodies().flatMap((body) => (body.lane === 'case' ? [body.report] : [])),
    health: () => bodies().flatMap((body) => (body.lane === 'health' ? [body.health] : [])),
    readingTimes: () =>
      bodies().flatMap((body) => (body.lane === 'reading' ? body.batch.readings.map((r) => r.timeMs) : [])),
    fixTimes: () =>
      bodies().flatMap((body) => (body.lane === 'fix' ? body.batch.fixes.map((fix) => fix.timeMs) : [])),
    refused: () => refused,
  }
}
