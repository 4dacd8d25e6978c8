import {
  type Health,
  type LinkState,
  PORT_STATES,
  type PortState,
  type PortStateName,
  type SatelliteCount,
  STORAGE_STATES,
  type StorageState,
  type StorageStateName,
} from '../domain.ts'
import { checkedCount, checkedId, checkedOptionalText, checkedText, checkedTimeMs } from './checks.ts'
import { refuse } from './decode-error.ts'
import { HealthType } from './schema.ts'
import { decodeTimeSource, encodeTimeSource } from './time-source.ts'

const MAX_PORTS = 64
const MAX_COUNTERS = 128
const MAX_SYSTEMS = 16

interface CounterMessage {
  name: string
  value: unknown
}

interface PortMessage {
  name: string
  path: string
  state: string
  detail: string
  counters: CounterMessage[]
  satellites: SatelliteCount[]
  device: string
}

export interface HealthMessage {
  timeMs: unknown
  timeSource: number
  uptimeS: number
  version: string
  memoryBytes: unknown
  ports: PortMessage[]
  outbox: { records: number; bytes: unknown; dropped: CounterMessage[] } | null
  link: LinkMessage | null
  storage: { state: string; detail: string; inMemory: number; setAside: number } | null
}

type LinkMessage = Omit<LinkState, 'dataBytes' | 'budgetBytes' | 'thinnedFixes'> & {
  dataBytes: unknown
  budgetBytes?: unknown
  thinnedFixes: unknown
}

export function encodeHealth(health: Health): Uint8Array {
  return HealthType.encode(
    HealthType.fromObject({
      ...health,
      timeMs: Math.round(health.timeMs),
      timeSource: encodeTimeSource(health.timeSource),
      uptimeS: Math.round(health.uptimeS),
      ports: health.ports.map((port) => ({ ...port, counters: toCounters(port.counters) })),
      outbox: { ...health.outbox, dropped: toCounters(health.outbox.dropped) },
      ...(health.link && { link: wholeNumbers(health.link) }),
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
    ports: message.ports.map(decodePort),
    outbox: {
      records: outbox.records,
      bytes: Number(outbox.bytes),
      dropped: fromCounters(outbox.dropped),
    },
    ...(message.link ? { link: decodeLink(message.link) } : {}),
    ...(message.storage ? { storage: decodeStorage(message.storage) } : {}),
  }
}

function decodeLink(message: LinkMessage): LinkState {
  const { breaks, connectedS, dataBytes, thinning, thinnedFixes } = message
  const link: LinkState = {
    breaks,
    connectedS,
    dataBytes: Number(dataBytes),
    thinning,
    thinnedFixes: Number(thinnedFixes),
  }
  // Absent numbers have a default of 0 on the prototype.
  if (Object.hasOwn(message, 'acknowledgedMs')) link.acknowledgedMs = message.acknowledgedMs!
  if (Object.hasOwn(message, 'receiptedMs')) link.receiptedMs = message.receiptedMs!
  if (Object.hasOwn(message, 'budgetBytes')) link.budgetBytes = Number(message.budgetBytes)
  return link
}

function decodeStorage(message: NonNullable<HealthMessage['storage']>): StorageState {
  const { inMemory, setAside } = message
  const state = message.state as StorageStateName
  if (!STORAGE_STATES.includes(state))
    refuse(
      'bad-value',
      `storage state ${JSON.stringify(message.state.slice(0, 40))}: expected ${STORAGE_STATES}`,
    )
  const detail = checkedOptionalText(message.detail, 'storage detail', 512)
  return { state, ...(detail === '' ? {} : { detail }), inMemory, setAside }
}

function wholeNumbers(link: LinkState): Record<string, number> {
  return Object.fromEntries(Object.entries(link).map(([name, value]) => [name, Math.round(value as number)]))
}

function decodePort(message: PortMessage): PortState {
  const state = message.state as PortStateName
  if (!PORT_STATES.includes(state))
    refuse('bad-value', `port state ${JSON.stringify(message.state.slice(0, 40))}: expected ${PORT_STATES}`)
  const port: PortState = {
    name: checkedText(message.name, 'port name', 64),
    path: checkedOptionalText(message.path, 'port path', 256),
    state,
    counters: fromCounters(message.counters),
  }
  if (message.detail !== '') port.detail = checkedOptionalText(message.detail, 'port detail', 512)
  checkedCount(message.satellites, MAX_SYSTEMS, 'satellite systems')
  if (message.satellites.length > 0) port.satellites = message.satellites.map(decodeSatellites)
  if (message.device !== '') port.device = checkedId(message.device, 'port device')
  return port
}

function decodeSatellites(message: SatelliteCount): SatelliteCount {
  return {
    system: checkedText(message.system, 'satellite system', 16),
    // Absent numbers have a default of 0 on the prototype.
    ...(Object.hasOwn(message, 'inView') ? { inView: message.inView! } : {}),
    ...(Object.hasOwn(message, 'used') ? { used: message.used! } : {}),
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
