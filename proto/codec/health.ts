import { type Health, PORT_STATES, type PortStateName } from '../domain.ts'
import { decodeTimeSource, TIME_SOURCES } from './cases.ts'
import { checkedCount, checkedOptionalText, checkedText, checkedTimeMs } from './checks.ts'
import { refuse } from './decode-error.ts'
import { HealthType } from './schema.ts'

const MAX_PORTS = 64
const MAX_COUNTERS = 128

interface CounterMessage {
  name: string
  value: unknown
}

export interface HealthMessage {
  timeMs: unknown
  timeSource: number
  uptimeS: number
  version: string
  memoryBytes: unknown
  ports: { name: string; path: string; state: string; detail: string; counters: CounterMessage[] }[]
  outbox: { records: number; bytes: unknown; dropped: CounterMessage[] } | null
}

export function encodeHealth(health: Health): Uint8Array {
  return HealthType.encode(
    HealthType.fromObject({
      ...health,
      timeMs: Math.round(health.timeMs),
      timeSource: TIME_SOURCES.indexOf(health.timeSource),
      uptimeS: Math.round(health.uptimeS),
      ports: health.ports.map((port) => ({ ...port, counters: toCounters(port.counters) })),
      outbox: { ...health.outbox, dropped: toCounters(health.outbox.dropped) },
    }),
  ).finish()
}

/** @throws DecodeError */
export function decodeHealth(message: HealthMessage): Health {
  checkedCount(message.ports, MAX_PORTS, 'ports')
  const outbox = message.outbox ?? refuse('missing-field', 'health outbox')
  return {
    timeMs: checkedTimeMs(message.timeMs, 'health time'),
    timeSource: decodeTimeSource(message.timeSource),
    uptimeS: message.uptimeS,
    version: checkedText(message.version, 'health version', 64),
    memoryBytes: Number(message.memoryBytes),
    ports: message.ports.map((port) => {
      const state = port.state as PortStateName
      if (!PORT_STATES.includes(state))
        refuse('bad-value', `port state ${JSON.stringify(port.state.slice(0, 40))}: expected ${PORT_STATES}`)
      const decoded = {
        name: checkedText(port.name, 'port name', 64),
        path: checkedOptionalText(port.path, 'port path', 256),
        state,
        counters: fromCounters(port.counters),
      }
      return port.detail === ''
        ? decoded
        : { ...decoded, detail: checkedOptionalText(port.detail, 'port detail', 512) }
    }),
    outbox: {
      records: outbox.records,
      bytes: Number(outbox.bytes),
      dropped: fromCounters(outbox.dropped),
    },
  }
}

function toCounters(counters: Record<string, number>): CounterMessage[] {
  return Object.entries(counters)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }))
}

function fromCounters(counters: CounterMessage[]): Record<string, number> {
  checkedCount(counters, MAX_COUNTERS, 'counters')
  return Object.fromEntries(
    counters.map(({ name, value }) => [checkedText(name, 'counter name', 64), Number(value)]),
  )
}
