import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { stringify } from 'yaml'
import { gatewaySettings } from '../../device-sim/devices/gateway-settings.ts'
import { startScenario } from '../../device-sim/scenario/run-scenario.ts'
import { ScenarioFile } from '../../device-sim/scenario/scenario-file.ts'
import { LANES } from '../../proto/domain.ts'
import { KilledProgram } from './killed-program.ts'

/**
 * Real gateways in processes of their own, on the ptys of a scenario: two e-bikes that ride, and covers that tilt.
 * Their outboxes are on disk, and they are killed like the rest.
 */

export interface RidingEdge {
  gateway: string
  program: KilledProgram
  outboxFile: string
}

export interface RidingEdges {
  edges: RidingEdge[]
  /** Nothing is ridden any more and no cover moves; the gateways stay. */
  standStill(): void
}

export async function startRidingEdges(options: {
  seed: number
  folder: string
  /** Address of the broker for each, in turn. */
  brokers: readonly string[]
}): Promise<RidingEdges> {
  const { seed, folder, brokers } = options
  const scenario = startScenario(scenarioOf(seed), { nowMs: () => Date.now(), linkDir: join(folder, 'sim') })
  const edges = scenario.devices.map((device, index): RidingEdge => {
    const data = join(folder, device.id)
    const settings = gatewaySettings(device, { data, broker: brokers[index % brokers.length]! })
    const file = join(folder, `${device.id}.yaml`)
    const lively = { batch: { maxFixes: 10, maxDelayMs: 1000 }, readingsEveryS: 5, healthEveryS: 20 }
    writeFileSync(file, stringify({ ...settings, ...lively }, { aliasDuplicateObjects: false }))
    return {
      gateway: device.id,
      program: new KilledProgram('edge', '--config', file),
      outboxFile: join(data, 'outbox.db'),
    }
  })
  try {
    for (const { program } of edges) await program.start()
  } catch (error) {
    scenario.stop()
    throw error
  }
  return { edges, standStill: () => scenario.stop() }
}

const scenarioOf = (seed: number): ScenarioFile =>
  ScenarioFile.parse({
    about: 'Gateways that are killed while they ride and watch.',
    seed,
    lasts: '1d',
    devices: [
      { id: 'ebike-01', kind: 'ebike', noise: { coldStart: false, voidsPerHour: 0 } },
      { id: 'ebike-02', kind: 'ebike', noise: { coldStart: false, voidsPerHour: 0 } },
      { id: 'manhole-01', kind: 'manhole', wired: 'node-frames', components: 3, heartbeat: '10s' },
    ],
    happens: [
      {
        what: 'tilts',
        at: ['6s', '12s'],
        every: ['25s', '40s'],
        for: '12s',
        device: 'manhole-01',
        component: 'all',
        deg: [30, 60],
        over: '200ms',
        fault: 'cover_tilted',
      },
    ],
  })

/** Records of these lanes carry what was measured; health is made as long as a gateway runs. */
const MEASURED = ['fix', 'case'] as const

/** How many records of fixes and cases wait in an outbox. */
export function measuredWaiting({ outboxFile }: RidingEdge): number {
  return readOutbox(outboxFile, (database) =>
    MEASURED.reduce((total, lane) => {
      const row = database
        .prepare('SELECT count(*) AS n FROM outbox WHERE lane = ?')
        .get(LANES.indexOf(lane))!
      return total + (row.n as number)
    }, 0),
  )
}

/** The last sequence that an outbox gave, and those of its records that still wait. */
export function outboxState({ outboxFile }: RidingEdge): { last: number; waiting: number[] } {
  return readOutbox(outboxFile, (database) => ({
    last: (database.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`).get()?.seq ??
      0) as number,
    waiting: database
      .prepare('SELECT sequence FROM outbox ORDER BY sequence')
      .all()
      .map(({ sequence }) => sequence as number),
  }))
}

function readOutbox<Result>(file: string, read: (database: DatabaseSync) => Result): Result {
  if (!existsSync(file)) throw new Error(`${file}: no such outbox`)
  const database = new DatabaseSync(file, { timeout: 5000 })
  try {
    return read(database)
  } finally {
    database.close()
  }
}
