import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { demoScenario } from '../../device-sim/demo-scenario.ts'
import { type Simulation, startSimulation } from '../../device-sim/device-sim.ts'
import { gatewaySettings } from '../../device-sim/devices/gateway-settings.ts'
import type { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { makeFleet } from '../../device-sim/ebike/fleet.ts'
import { type RunningScenario, startScenario } from '../../device-sim/scenario/run-scenario.ts'
import { TruthLog } from '../../device-sim/truth.ts'
import type { District } from '../../proto/district.ts'
import { type EdgeConfig, EdgeConfig as EdgeConfigSchema } from '../edge/config.ts'
import { type Edge, startEdge } from '../edge/edge.ts'
import type { Log } from '../foundation/log.ts'
import { HubConfig } from '../hub/config.ts'
import { type Hub, startHub } from '../hub/hub.ts'
import { REGISTER_KINDS } from '../hub/registers/registers.ts'
import { layDownHistory } from './history.ts'
import { planPatrols, riddenInPast } from './patrol-plan.ts'

/**
 * The living city of `npm start`: a simulated district on real ptys, a gateway on each e-bike, in a patrol terminal,
 * and beside covers and lamps, and the hub, all in this process. Live from the first second; one past shift is laid
 * down behind it.
 */
export interface DemoOptions {
  port: number
  dataDir: string
  seed: number
  /** An InfluxDB 1.x to record into; absent: SQLite. */
  influxUrl?: string
  log: Log
  onHistory: (done: number) => void
}

export interface Demo {
  url: string
  brokerUrl: string
  /** Page of the patrol terminal. */
  terminalUrl: string
  /** Resolves when the past shift is laid down, or at once where it was there already. */
  history: Promise<void>
  stop(): Promise<void>
}

const EBIKES = 6
const SHIFT_HOURS = 8
/** Longer than any cold start of a receiver. */
const UNDER_WAY_MS = 120_000

const INTERVALS = { readingsEveryS: 10, healthEveryS: 60 }
/** A map that lives wants fresh positions; in the field, fuller batches are cheaper. */
const LIVELY = { maxDelayMs: 1000 }

/** @throws PortTaken where the HTTP port is in use. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { dataDir, seed, log } = options
  const district = generateDistrict(seed)
  const hub = await startHub(hubConfig(options), log)
  registerDistrict(hub, district, dataDir)
  const brokerUrl = hub.brokerUrl!

  const simulation = startSimulation({
    seed,
    district,
    ebikes: EBIKES,
    startMs: Date.now(),
    nowMs: () => Date.now(),
    truthFile: join(dataDir, 'truth.jsonl'),
    rides: fleetUnderWay(seed, district),
  })
  const past = lastShift(Date.now())
  planPatrols(hub.plan, simulation.ebikes, past, Date.now())
  const truth = new TruthLog(join(dataDir, 'truth.jsonl'))
  const scenario = startScenario(demoScenario(seed), { nowMs: () => Date.now(), truth })
  const edges: Edge[] = []
  const configs = [
    ...edgeConfigs(simulation, district, brokerUrl, dataDir),
    ...scenarioConfigs(scenario, simulation, brokerUrl, dataDir),
  ]
  for (const config of configs) edges.push(await startEdge(config, log.child({ gateway: config.gateway })))

  const stopping = new AbortController()
  const history = pastShift(options, past, hub, simulation, district, brokerUrl, stopping.signal)
  history.catch((error: Error) => log.error({ err: error }, 'the past shift could not be laid down'))

  return {
    url: hub.httpUrl,
    brokerUrl,
    terminalUrl: edges.find(({ terminalUrl }) => terminalUrl !== undefined)!.terminalUrl!,
    history,
    async stop() {
      stopping.abort()
      await history.catch(() => {})
      await Promise.all(edges.map((edge) => edge.stop()))
      await simulation.stop()
      scenario.stop()
      await truth.close()
      await hub.close()
    },
  }
}

/** E-bikes whose receivers have found their satellites already: the map is live from the first second. */
function fleetUnderWay(seed: number, district: District): EbikeRide[] {
  const nowMs = Date.now()
  const fleet = makeFleet({ seed, district, ebikes: EBIKES, startMs: nowMs - UNDER_WAY_MS })
  for (const ride of fleet) while (ride.nextMs <= nowMs) ride.next()
  return fleet
}

function hubConfig({ port, dataDir, influxUrl }: DemoOptions): HubConfig {
  return HubConfig.parse({
    data: join(dataDir, 'hub'),
    http: { port },
    // Any free port: the demo must start beside a broker that is there already.
    broker: { embedded: { port: 0 } },
    ...(influxUrl === undefined
      ? {}
      : { store: { kind: 'influxdb', url: influxUrl, database: 'gridpatrol_demo' } }),
  })
}

/** The district goes into the hub's registers, and as GeoJSON beside them for whoever wants to look. */
function registerDistrict(hub: Hub, district: District, dataDir: string): void {
  const folder = join(dataDir, 'district')
  mkdirSync(folder, { recursive: true })
  for (const kind of REGISTER_KINDS) {
    writeFileSync(join(folder, `${kind}.geojson`), JSON.stringify(district[kind]))
    hub.registers.import(kind, district[kind])
  }
}

function edgeConfigs(
  simulation: Simulation,
  district: District,
  brokerUrl: string,
  dataDir: string,
): EdgeConfig[] {
  const shared = (gateway: string) => ({
    gateway,
    data: join(dataDir, gateway),
    broker: { url: brokerUrl },
    ...INTERVALS,
  })
  const ebikes = simulation.ebikes.map(({ id, path }) => ({
    ...shared(id),
    ports: [{ name: 'gps', path, driver: 'nmea', baud: 9600 }],
    batch: LIVELY,
  }))
  const places = new Map(
    district.components.features.map((feature) => [feature.properties.code, feature.geometry.coordinates]),
  )
  const boards = simulation.boards.map(({ id, path, components }) => ({
    ...shared(id),
    ports: [{ name: 'board', path, driver: 'firmata' }],
    components: components.map((component) => {
      const [lon, lat] = places.get(component.code)!
      return { code: component.code, position: { lat, lon }, ...wiring(component) }
    }),
  }))
  return [...ebikes, ...boards].map((config) => EdgeConfigSchema.parse(config))
}

/** Covers and lamps that the board watches already are left to it. */
function scenarioConfigs(
  { devices }: RunningScenario,
  { boards }: Simulation,
  brokerUrl: string,
  dataDir: string,
): EdgeConfig[] {
  const watched = new Set(boards.flatMap(({ components }) => components.map(({ code }) => code)))
  return devices.map((device) => {
    const settings = gatewaySettings(device, { data: join(dataDir, device.id), broker: brokerUrl })
    return EdgeConfigSchema.parse({
      ...settings,
      components: settings.components.filter(({ code }) => !watched.has(String(code))),
      ...INTERVALS,
      ...(device.kind === 'terminal' ? { terminal: { port: 0, by: '张三' }, batch: LIVELY } : {}),
    })
  })
}

/** How the simulated board is wired: see docs/simulator.md. */
function wiring(component: Simulation['boards'][number]['components'][number]): object {
  const sensor = (metric: string, channel: number, scale: [number, number]) => ({
    metric,
    port: 'board',
    channel: `A${channel}`,
    scale,
  })
  if (component.kind === 'cover')
    return {
      sensors: [sensor('tilt_deg', component.channels.tilt, [-90, 90])],
      faults: { cover_tilted: {} },
    }
  return {
    sensors: [
      sensor('current_a', component.channels.current, [0, 5]),
      sensor('light_lux', component.channels.light, [0, 1000]),
    ],
    faults: { lamp_out: {} },
  }
}

/** The last shift that is over, 08:00 to 16:00 in China; laid down once. */
async function pastShift(
  options: DemoOptions,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  hub: Hub,
  simulation: Simulation,
  district: District,
  brokerUrl: string,
  signal: AbortSignal,
): Promise<void> {
  const known = await hub.trackStore.devicesBetween(toMs - 60_000, toMs)
  if (known.length > 0) {
    options.onHistory(1)
    return
  }
  await layDownHistory(
    {
      district,
      seed: options.seed + 1,
      ebikes: riddenInPast(simulation.ebikes, SHIFT_HOURS * 3600),
      fromMs,
      brokerUrl,
      dataDir: options.dataDir,
      log: options.log.child({ gateway: 'past-shift' }, { level: 'warn' }),
      onProgress: options.onHistory,
    },
    signal,
  )
}

/** China has one time zone, UTC+8, and no summer time: 08:00 there is midnight UTC. */
function lastShift(nowMs: number): { fromMs: number; toMs: number } {
  const dayMs = 86_400_000
  const shiftMs = SHIFT_HOURS * 3_600_000
  const fromMs = Math.floor((nowMs - shiftMs) / dayMs) * dayMs
  return { fromMs, toMs: fromMs + shiftMs }
}
