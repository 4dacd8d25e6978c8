import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { gatewaySettings } from '../../../device-sim/devices/gateway-settings.ts'
import { METRICS_OF, type Metric, WIRINGS } from '../../../device-sim/scenario/device-options.ts'
import { parseScenario } from '../../../device-sim/scenario/load-scenario.ts'
import { startScenario } from '../../../device-sim/scenario/run-scenario.ts'
import { EdgeConfig } from '../../../gateway/edge/config.ts'
import { type Edge, startEdge } from '../../../gateway/edge/edge.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { decodeBody } from '../../../proto/codec/codec.ts'
import { type CaseReport, LANES, type Reading } from '../../../proto/domain.ts'

/** Unmodified gateways that are configured from what the simulated devices tell, and what they make of them. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Gateway {
  edge: Edge
  outbox: string
}

async function gatewaysOf(scenario: string) {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const running = startScenario(parseScenario(scenario, 'test.yaml'), { nowMs: Date.now })
  cleanups.push(() => running.stop())
  const gateways = new Map<string, Gateway>()
  for (const device of running.devices) {
    const data = join(folder, device.id)
    // Nobody listens there: what is sent waits in the outbox, and is looked at there.
    const settings = gatewaySettings(device, { data, broker: 'mqtt://127.0.0.1:1' })
    const edge = await startEdge(EdgeConfig.parse({ ...settings, readingsEveryS: 1 }), silentLog())
    cleanups.push(() => edge.stop())
    gateways.set(device.id, { edge, outbox: join(data, 'outbox.db') })
  }
  return { running, gateways }
}

function kept<Lane extends (typeof LANES)[number]>(outbox: string, lane: Lane) {
  const database = openDatabase(outbox)
  const rows = database.prepare('SELECT body FROM outbox WHERE lane = ?').all(LANES.indexOf(lane))
  database.close()
  return rows.map(({ body }) => decodeBody(lane, body as Uint8Array))
}

const readingsIn = (outbox: string): Reading[] =>
  kept(outbox, 'reading').flatMap((body) => (body.lane === 'reading' ? body.batch.readings : []))
const casesIn = (outbox: string): CaseReport[] =>
  kept(outbox, 'case').flatMap((body) => (body.lane === 'case' ? [body.report] : []))

/** What every sensor is made to read, and how finely the coarsest wiring tells it. */
const VALUES: Record<Metric, { value: number; within: number }> = {
  tilt_deg: { value: -33.5, within: 0.2 },
  cover_open: { value: 1, within: 0 },
  water_depth_m: { value: 2.345, within: 0.005 },
  gas_lel_pct: { value: 41.5, within: 0.1 },
  battery_pct: { value: 67.3, within: 0.1 },
  temperature_c: { value: -12.3, within: 0.2 },
  current_a: { value: 1.234, within: 0.005 },
  light_lux: { value: 543.2, within: 1 },
  mains_v: { value: 231.7, within: 0.3 },
  leakage_ma: { value: 12.9, within: 0.3 },
  phase_deg: { value: -119.5, within: 0.3 },
  door_open: { value: 1, within: 0 },
}

test.each(WIRINGS)(
  'a gateway reads every sensor of covers and lamps that are wired by %s',
  async (wired) => {
    const { running, gateways } = await gatewaysOf(`about: Every sensor reads what it is told to.
lasts: 10min
devices:
  - { id: manhole-01, kind: manhole, wired: ${wired}, components: 4, heartbeat: 5s, every: 500ms }
  - { id: lamp-01, kind: lamp, wired: ${wired}, components: 3, heartbeat: 5s, every: 500ms }
happens:
${(['manhole', 'lamp'] as const)
  .flatMap((kind) =>
    METRICS_OF[kind].map(
      (metric) =>
        `  - { at: 0s, device: ${kind}-01, component: all, what: reads, metric: ${metric}, value: ${VALUES[metric].value} }`,
    ),
  )
  .join('\n')}
`)
    for (const { id, components } of running.devices) {
      const sensors = components.flatMap(({ code, sensors: own }) =>
        own.map(({ metric }) => ({ code, metric })),
      )
      const { outbox } = gateways.get(id)!
      await vi.waitFor(
        () => {
          const readings = readingsIn(outbox)
          for (const { code, metric } of sensors) {
            const of = readings.filter((reading) => reading.component === code && reading.metric === metric)
            expect(of.length, `${metric} of ${code}`).toBeGreaterThan(0)
          }
        },
        { timeout: 25_000, interval: 500 },
      )
      for (const { metric, value } of readingsIn(outbox)) {
        const expected = VALUES[metric as Metric]
        expect(Math.abs(value - expected.value), `${metric} ${value}`).toBeLessThanOrEqual(expected.within)
      }
    }
  },
  60_000,
)

test('covers that tilt are cases, whatever their wiring; trucks are none', async () => {
  const tilting = WIRINGS.map((wired) => ({ id: `manhole-${wired}`, wired }))
  const { running, gateways } = await gatewaysOf(`about: Trucks, and covers that tilt.
lasts: 2min
devices:
${tilting.map(({ id, wired }) => `  - { id: ${id}, kind: manhole, wired: ${wired}, components: 3, heartbeat: 30s }`).join('\n')}
happens:
  - { at: 5s, every: 3s, times: 4, device: [${tilting.map(({ id }) => id)}], component: [1, 2], what: truck, deg: 55 }
  - { at: 6s, device: [${tilting.map(({ id }) => id)}], component: 3, what: tilts, deg: 40, fault: cover_tilted }
`)
  for (const { id, components } of running.devices) {
    const { outbox } = gateways.get(id)!
    await vi.waitFor(() => expect(casesIn(outbox)).toHaveLength(1), { timeout: 40_000, interval: 500 })
    expect(casesIn(outbox)[0]).toMatchObject({
      fault: 'cover_tilted',
      component: components[2]!.code,
      event: 'raised',
    })
  }
}, 90_000)

test('both receivers of a terminal and that of an e-bike are heard', async () => {
  const { gateways } = await gatewaysOf(`about: Three receivers.
lasts: 2min
devices:
  - { id: terminal-01, kind: terminal, receivers: 2, noise: { coldStart: false, voidsPerHour: 0 } }
  - { id: ebike-01, kind: ebike, noise: { coldStart: false, voidsPerHour: 0 } }
`)
  for (const { edge } of gateways.values())
    await vi.waitFor(
      () => {
        for (const { state, counters } of edge.health().ports) {
          expect(state).toBe('open')
          expect(counters.fixes).toBeGreaterThan(1)
        }
      },
      { timeout: 25_000, interval: 200 },
    )
}, 60_000)

test('slaves that misbehave, and a circuit that is cut', async () => {
  const { gateways } = await gatewaysOf(`about: A bad bus.
lasts: 2min
devices: [{ id: lamp-01, kind: lamp, wired: modbus, components: 6, circuits: 2, metrics: [current_a, door_open] }]
happens:
  - { at: 2s, for: 6s, device: lamp-01, component: 1, what: refuses, code: 6 }
  - { at: 2s, for: 6s, device: lamp-01, component: 2, what: answers-damaged }
  - { at: 2s, for: 6s, device: lamp-01, component: 3, what: answers-late, by: 900ms }
  - { at: 2s, for: 8s, device: lamp-01, what: circuit-cut, circuit: 2 }
`)
  const { edge } = gateways.get('lamp-01')!
  const counters = () => edge.health().ports[0]!.counters
  await vi.waitFor(
    () => {
      expect(counters()['exception-6']).toBeGreaterThan(0)
      expect(counters()['unit-1-exceptions']).toBeGreaterThan(0)
      expect(counters().damaged).toBeGreaterThan(0)
      for (const unit of [3, 4, 5, 6]) expect(counters()[`unit-${unit}-unanswered`]).toBeGreaterThan(0)
    },
    { timeout: 30_000, interval: 200 },
  )
  // But for the very first request, which may come before the line is settled.
  expect(counters()['unit-1-unanswered'] ?? 0).toBeLessThanOrEqual(1)
}, 60_000)

test('a radio that loses, repeats and damages frames, and a node that starts anew', async () => {
  const { gateways } = await gatewaysOf(`about: A bad radio.
lasts: 2min
devices: [{ id: manhole-01, kind: manhole, components: 20, heartbeat: 2s, wakes: 500ms }]
happens:
  - { at: 2s, for: 6s, device: manhole-01, what: radio, lost: 0.3, repeated: 0.2, flipped: 0.2 }
  - { at: 9s, device: manhole-01, component: [1, 2], what: node-restarts }
`)
  const { edge } = gateways.get('manhole-01')!
  await vi.waitFor(
    () => {
      const { counters } = edge.health().ports[0]!
      for (const name of ['lost-frames', 'duplicates', 'rejected-crc', 'node-restarts'])
        expect(counters[name], name).toBeGreaterThan(0)
    },
    { timeout: 40_000, interval: 200 },
  )
  expect(edge.health().ports[0]!.counters['node-restarts']).toBeLessThanOrEqual(2)
}, 60_000)
