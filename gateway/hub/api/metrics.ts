import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { BrokerState } from '../broker/broker.ts'
import type { CursorState } from '../intake/cursor.ts'
import type { IntakeState } from '../intake/intake.ts'
import type { HealthTotals } from '../registers/gateway-health.ts'

/** What /metrics tells, asked of the parts at the moment of the request. */
export interface MetricSources {
  broker(): BrokerState
  intake(): IntakeState
  cursors(): CursorState[]
  /** Kept for a person to look at. */
  setAside(): { refused: number; deadLetters: number }
  /** What became of the rest of it. */
  asideCounts(): Record<string, number>
  deadLetters(): { waiting: number; asked: number }
  openCases(): number
  photoBytes(): number
  gatewaysOnline(): number
  gatewayHealth(): HealthTotals
  livePages(): number
}

type Labelled = () => Iterable<readonly [label: string, value: number]>

export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]

  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `gridpatrol_${name}`,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  const gauges = (name: string, help: string, label: string, read: Labelled): void => {
    new Gauge({
      name: `gridpatrol_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        for (const [value, count] of read()) this.set({ [label]: value }, count)
      },
    })
  }
  const counters = (name: string, help: string, label: string, read: Labelled): void => {
    new Counter({
      name: `gridpatrol_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [value, count] of read()) this.inc({ [label]: value }, count)
      },
    })
  }
  const ofCursors = (read: (cursor: CursorState) => number): Labelled => {
    return () => sources.cursors().map((cursor) => [cursor.name, read(cursor)] as const)
  }

  gauge('broker_up', '1: gateways can reach the hub over MQTT', () => Number(sources.broker().ok))
  gauge('broker_clients', 'MQTT clients connected', () => sources.broker().clients)
  gauge('broker_alarms', 'What a person should look at; /healthz says it in words', () => {
    return sources.broker().alarms.length
  })
  counters('broker_refused_total', 'Refused by the broker', 'what', () =>
    Object.entries(sources.broker().refused),
  )
  counters('intake_records_total', 'Records received: kept, or repeated and dropped', 'what', () =>
    Object.entries(sources.intake().counters),
  )
  counters('intake_refused_total', 'Payloads set aside, by reason', 'reason', () =>
    sources.intake().refused.entries(),
  )
  gauges('set_aside', 'Payloads and records kept for a person to look at', 'what', () =>
    Object.entries(sources.setAside()),
  )
  gauges('dead_letters', 'Refused records: waiting for a person, or asked to be replayed', 'state', () =>
    Object.entries(sources.deadLetters()),
  )
  counters('set_aside_ended_total', 'Taken by a replay, discarded, pushed out by newer ones', 'what', () =>
    Object.entries(sources.asideCounts()),
  )
  gauges(
    'cursor_lag_records',
    'Committed and not yet taken by this consumer',
    'cursor',
    ofCursors((c) => c.lag),
  )
  gauges(
    'cursor_up',
    '1: the consumer takes records',
    'cursor',
    ofCursors((c) => Number(c.ok)),
  )
  counters(
    'dead_letters_total',
    'Records that this consumer refused',
    'cursor',
    ofCursors((c) => c.deadLetters),
  )
  gauge('cases_open', 'Open cases in the ledger', sources.openCases)
  gauge('photo_bytes', 'Bytes that the photos of cases take', sources.photoBytes)
  gauge('gateways_online', 'Gateways that say they are online', sources.gatewaysOnline)
  gauges('gateways_attention', 'Gateways on which a person should look at something', 'what', () =>
    sources.gatewayHealth().attention.entries(),
  )
  gauge('gateway_backlog_records', 'Records that wait in the outboxes of gateways, as they told last', () => {
    return sources.gatewayHealth().waiting
  })
  counters('gateway_dropped_records_total', 'Records that full outboxes of gateways dropped', 'lane', () =>
    sources.gatewayHealth().dropped.entries(),
  )
  gauge('live_pages', 'Open live streams', sources.livePages)
  return registry
}
