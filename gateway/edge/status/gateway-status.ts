import type { Health, PortState, StorageState } from '../../../proto/domain.ts'
import type { UplinkDetail } from '../uplink/uplink.ts'

/** What a running gateway says of itself to those who ask on its machine. */
export interface GatewayStatus {
  gateway: string
  pid: number
  health: Health
  uplink: UplinkDetail
}

const STORAGE_ADVICE: Partial<Record<StorageState['state'], string>> = {
  full: 'make room on the disk, or lower outbox.maxMB',
  'read-only': 'check the disk (dmesg) and mount it writable',
  failing: 'replace the disk; see dmesg',
}

/** What is wrong at a running gateway, each with what to do. */
export function problemsOf({ health, uplink }: GatewayStatus): string[] {
  const problems: string[] = []
  if (uplink.connectedForS === undefined)
    problems.push(
      `not connected to the broker ${uplink.broker}${uplink.lastReason === undefined ? '' : ` (${uplink.lastReason})`}: check the network and broker.url; records wait`,
    )
  if (uplink.hubSilentForS !== undefined)
    problems.push(
      `no receipts from the hub for ${durationText(uplink.hubSilentForS)}, although the broker takes records: check that the hub runs at this broker; records wait`,
    )
  if (health.timeSource === 'estimated')
    problems.push('the time is not known: give GPS a view of the sky, or set up NTP; records wait for it')
  for (const port of health.ports) problems.push(...portProblems(port))
  if (health.storage) problems.push(...storageProblems(health.storage))
  const { link } = health
  if (link?.budgetBytes !== undefined && link.dataBytes >= link.budgetBytes)
    problems.push('the data budget of today is used up: all but cases waits until midnight (UTC+8)')
  return problems
}

function portProblems({ name, path, state, detail }: PortState): string[] {
  if (state === 'open' || state === 'opening') return []
  return [`port ${name} (${path}) is ${state}: ${detail ?? 'see the log'}`]
}

function storageProblems({ state, detail, inMemory }: StorageState): string[] {
  const advice = STORAGE_ADVICE[state]
  if (advice === undefined) return []
  const kept = inMemory > 0 ? `; ${inMemory} records are in memory alone` : ''
  return [`the disk is ${state}${detail === undefined ? '' : ` (${detail})`}${kept}: ${advice}`]
}

/** The two largest units: `2 h 13 min`. */
export function durationText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
