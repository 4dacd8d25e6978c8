import type { Device, Metric, Wiring } from './device-options.ts'
import type { What } from './happenings.ts'

/** To what each happening can happen, and how long it lasts by itself. */

interface Applies {
  kinds: readonly Device['kind'][]
  /** Absent: any wiring. */
  wired?: readonly Wiring[]
  /** Measured by one of these, or it makes no difference to anyone. */
  metrics?: readonly Metric[]
  /** How long it lasts where `for` is absent; absent: to the end. */
  lasts?: string
}

const COMPONENTS = ['manhole', 'lamp'] as const
const RECEIVERS = ['ebike', 'terminal'] as const
const ANY = [...COMPONENTS, ...RECEIVERS] as const

export const APPLIES: Record<What, Applies> = {
  tilts: { kinds: COMPONENTS, metrics: ['tilt_deg'] },
  truck: { kinds: ['manhole'], metrics: ['tilt_deg', 'cover_open'], lasts: '1500ms' },
  settles: { kinds: COMPONENTS, metrics: ['tilt_deg'] },
  opens: { kinds: ['manhole'], metrics: ['cover_open', 'tilt_deg'] },
  rain: { kinds: COMPONENTS, metrics: ['water_depth_m', 'leakage_ma'] },
  burst: { kinds: ['manhole'], metrics: ['water_depth_m'] },
  'gas-leaks': { kinds: ['manhole'], metrics: ['gas_lel_pct'] },
  'battery-drains': { kinds: ['manhole'], metrics: ['battery_pct'] },
  'battery-sags': { kinds: ['manhole'], metrics: ['battery_pct'], lasts: '20s' },
  heats: { kinds: COMPONENTS, metrics: ['temperature_c'] },
  'lamp-dies': { kinds: ['lamp'], metrics: ['current_a'] },
  flickers: { kinds: ['lamp'], metrics: ['current_a'] },
  'stays-on': { kinds: ['lamp'], metrics: ['current_a'] },
  dims: { kinds: ['lamp'], metrics: ['current_a'] },
  headlights: { kinds: ['lamp'], metrics: ['light_lux'], lasts: '4s' },
  clouds: { kinds: ['lamp'], metrics: ['light_lux', 'current_a'] },
  'sensor-covered': { kinds: ['lamp'], metrics: ['light_lux'] },
  mains: { kinds: ['lamp'], metrics: ['mains_v', 'current_a'] },
  leaks: { kinds: ['lamp'], metrics: ['leakage_ma'] },
  'phase-shifts': { kinds: ['lamp'], metrics: ['phase_deg'] },
  'door-opens': { kinds: ['lamp'], metrics: ['door_open'] },
  wind: { kinds: ['lamp'], metrics: ['tilt_deg'] },
  freezes: { kinds: COMPONENTS },
  reads: { kinds: COMPONENTS },
  noise: { kinds: COMPONENTS },
  bounces: { kinds: COMPONENTS, lasts: '1500ms' },
  overflows: { kinds: COMPONENTS, wired: ['modbus', 'line'] },
  'not-a-number': { kinds: COMPONENTS, wired: ['modbus', 'line'] },
  'falls-silent': { kinds: COMPONENTS, wired: ['modbus', 'node-frames', 'line'] },
  'answers-late': { kinds: COMPONENTS, wired: ['modbus'] },
  refuses: { kinds: COMPONENTS, wired: ['modbus'] },
  'answers-damaged': { kinds: COMPONENTS, wired: ['modbus'] },
  'node-restarts': { kinds: COMPONENTS, wired: ['node-frames'], lasts: '0s' },
  'circuit-cut': { kinds: ['lamp'], wired: ['modbus', 'node-frames', 'line'] },
  radio: { kinds: COMPONENTS, wired: ['node-frames'] },
  garbage: { kinds: ANY },
  'wrong-baud': { kinds: ANY },
  unplugged: { kinds: ANY },
  'power-lost': { kinds: ANY },
  'antenna-off': { kinds: RECEIVERS },
  tunnel: { kinds: RECEIVERS },
  'receiver-dead': { kinds: RECEIVERS },
  'position-freezes': { kinds: RECEIVERS },
  'positions-copied': { kinds: RECEIVERS },
  spoofed: { kinds: RECEIVERS },
  'receiver-clock-jumps': { kinds: RECEIVERS },
  'week-rollover': { kinds: RECEIVERS },
  'clock-step': { kinds: ANY, lasts: '0s' },
  'uplink-lost': { kinds: ANY },
  'gateway-restarts': { kinds: ANY, lasts: '0s' },
}
