import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { BrokerState } from '../broker/broker.ts'
import type { CursorState } from '../intake/cursor.ts'
import type { IntakeState } from '../intake/intake.ts'

/** What /metrics tells, asked of the parts at the moment of the request. */
export interface MetricSources {
  broker(): BrokerState
  intake(): IntakeState
  cursors(): CursorState[]
  /** Kept for a person to look at. */
  setAside(): { refused: number; deadLetters: number }
  openCases(): number
  photoBytes(): number
  gatewaysOnline(): number
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
  gauge('live_pages', 'Open live streams', sources.livePages)
  return registry
}
