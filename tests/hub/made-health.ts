import type { Body, Health, LinkState } from '../../proto/domain.ts'
import { T0 } from './gateway-messages.ts'

/** A gateway on which all is well. */
export function healthOf(over: Partial<Health> = {}): Health {
  return {
    timeMs: T0,
    timeSource: 'gps',
    uptimeS: 7200,
    version: '1.2.3',
    memoryBytes: 80e6,
    ports: [{ name: 'gps', path: '/dev/ttyUSB0', state: 'open', counters: { opened: 1 } }],
    outbox: { records: 3, bytes: 900, dropped: {} },
    link: linkOf(),
    storage: { state: 'ok', inMemory: 0, setAside: 0 },
    ...over,
  }
}

export function linkOf(over: Partial<LinkState> = {}): LinkState {
  return {
    breaks: 2,
    connectedS: 7000,
    acknowledgedMs: 80,
    receiptedMs: 240,
    dataBytes: 3e6,
    budgetBytes: 50e6,
    thinning: 0,
    thinnedFixes: 0,
    ...over,
  }
}

export const healthBody = (health: Health): Body => ({ lane: 'health', health })
