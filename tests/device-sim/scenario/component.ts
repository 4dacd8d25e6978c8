import { Random } from '../../../device-sim/random.ts'
import { type ComponentDevice, METRICS_OF, type Metric } from '../../../device-sim/scenario/device-options.ts'
import { parseScenario } from '../../../device-sim/scenario/load-scenario.ts'
import { occurrencesOf } from '../../../device-sim/scenario/occurrences.ts'
import { sensorsOf } from '../../../device-sim/signals/component-sensors.ts'
import { ComponentOccurrences } from '../../../device-sim/signals/ongoing.ts'

/** What the sensors of one component say when this happens to it; minutes from the start of the scenario. */
export function componentWith({
  kind = 'manhole',
  startsAt = '2026-05-01T19:00:00+08:00',
  seed = 7,
  switchedBy = 'photocell',
  happens = [],
}: {
  kind?: ComponentDevice['kind']
  startsAt?: string
  seed?: number
  switchedBy?: 'photocell' | 'sun'
  happens?: string[]
}): (metric: Metric, minutes: number) => number | undefined {
  const scenario = parseScenario(
    `about: A test.
seed: ${seed}
startsAt: ${startsAt}
lasts: 2d
devices: [{ id: one, kind: ${kind}, wired: modbus }]
happens:
${happens.map((happening) => `  - { device: one, component: 1, ${happening} }`).join('\n') || '  []'}
`,
    'test.yaml',
  )
  const sensors = sensorsOf(
    { kind, metrics: METRICS_OF[kind], switchedBy, phaseDeg: 120 },
    {
      startMs: scenario.startsAt!,
      position: { lat: 31.23, lon: 121.47 },
      occurrences: new ComponentOccurrences(occurrencesOf(scenario)),
      stream: (name) => new Random(seed, name),
    },
  )
  return (metric, minutes) => sensors.get(metric)!(minutes * 60_000)
}
