import { randomBytes } from 'node:crypto'
import { loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import { encodeBody } from '../../proto/codec/codec.ts'
import { MAX_SERIES_A_BATCH } from '../../proto/codec/readings.ts'
import type { Body, Fix, Health, PortState, Reading, TimeSource } from '../../proto/domain.ts'
import type { Log } from '../foundation/log.ts'
import { VERSION } from '../foundation/version.ts'
import { DataBudget } from './budget/data-budget.ts'
import { thinFixBatch } from './budget/thin-fixes.ts'
import { EdgeClock } from './clock.ts'
import type { EdgeConfig, NmeaPortConfig, PortConfig } from './config.ts'
import { loadDrivers } from './drivers/drivers.ts'
import { measuredComponents } from './drivers/measured.ts'
import { DetectorMemories } from './faults/detector-memories.ts'
import { Episodes } from './faults/episodes.ts'
import { FaultWatch } from './faults/fault-watch.ts'
import { openKept } from './outbox/open-kept.ts'
import { type OpenPort, openSerialPort } from './serial/open-serial-port.ts'
import { SerialLine } from './serial/serial-line.ts'
import { startStatusServer } from './status/status-server.ts'
import { HandReports } from './terminal/hand-reports.ts'
import type { Terminal } from './terminal/terminal.ts'
import { GatewayTracks } from './track/gateway-tracks.ts'
import { Uplink } from './uplink/uplink.ts'

/**
 * The gateway in the field. In: serial lines. Out: fixes, readings and cases, through a durable outbox to the
 * broker. A line that fails, a broker that is away, a sensor that talks nonsense, a disk that takes nothing: each is
 * told and tried again; nothing of it ends the process.
 */
export interface Edge {
  health(): Health
  connected(): boolean
  /** Records that wait for the hub's receipt. */
  backlog(): number
  /** Of the terminal's page, where there is one. */
  terminalUrl?: string | undefined
  stop(): Promise<void>
}

/** How much detail tracks lose in a full outbox, before fixes are dropped whole. */
const FULL_THINNING = 2
/** Faults of what is not heard are found by the passing of time. */
const FAULT_TICK_MS = 1000

/** @throws Error where the catalogue or a driver cannot be loaded, or the terminal's page has no port. */
export async function startEdge(
  config: EdgeConfig,
  log: Log,
  openPort: OpenPort = openSerialPort,
): Promise<Edge> {
  const { gateway } = config
  const boot = randomBytes(6).toString('hex')
  const clock = new EdgeClock(log)
  const { database, outbox } = openKept(config.data, {
    boot,
    maxBytes: config.outbox.maxMB * 1e6,
    thin: (body) => thinFixBatch(body, FULL_THINNING),
    log,
  })
  const episodes = new Episodes(database)
  const catalogue = loadCatalogue(config.catalogue)
  const { terminal: page } = config
  const reports = page && new HandReports({ gateway, by: page.by, database, outbox, clock, catalogue })
  outbox.dateBy(clock, (shiftMs) => {
    episodes.date(shiftMs)
    reports?.date(shiftMs)
  })
  const { broker, uplink: limits, sim } = config
  const budget = new DataBudget({ bytesADay: sim && sim.mbADay * 1e6, database, log })
  const uplink = new Uplink({ gateway, boot, broker, outbox, clock, limits, budget, log })

  const tracks = new GatewayTracks({
    config,
    clock,
    onBatch: (batch) => keep({ lane: 'fix', batch }),
    log,
  })
  const faults = new FaultWatch({
    gateway,
    components: measuredComponents(config),
    ports: config.ports,
    catalogue,
    memories: new DetectorMemories(database, log),
    clock,
    episodes,
    outbox,
    lastPosition: () => tracks.last()?.fix,
    log,
  })

  // fix -> choice between receivers -> filter -> batch -> outbox
  function onFix(port: NmeaPortConfig, fix: Fix, timeSource: TimeSource): void {
    faults.observeFix(port.name)
    tracks.push(port, fix, timeSource)
  }

  // reading -> fault detectors -> case; the newest of each sensor goes out as it is now and then
  const newestReadings = new Map<string, Reading>()
  function onReading(reading: Reading): void {
    faults.observe(reading)
    // A register may hold no number at all; it is told by the fault watch, and has no place on the wire.
    if (Number.isFinite(reading.value)) newestReadings.set(`${reading.component} ${reading.metric}`, reading)
  }
  function sendReadings(): void {
    const readings = [...newestReadings.values()]
    newestReadings.clear()
    const timeSource = clock.source
    for (let first = 0; first < readings.length; first += MAX_SERIES_A_BATCH)
      keep({
        lane: 'reading',
        batch: { timeSource, readings: readings.slice(first, first + MAX_SERIES_A_BATCH) },
      })
  }

  const drivers = await loadDrivers(config, clock, { onFix, onReading }, log)
  const lines = config.ports.map(
    (port) =>
      new SerialLine({
        name: port.name,
        path: port.path,
        silenceMs: port.silenceS * 1000,
        open: () => openPort(port.path, port.baud, port.driver === 'modbus' ? port.parity : 'none'),
        drive: (context) => drivers.drive(port, context),
        onStateChange: (state) => {
          faults.observePort(state.name, state.state === 'open')
          if (port.driver === 'nmea') tracks.settle(port)
          sendHealth()
        },
        log,
      }),
  )

  function health(): Health {
    // Told with what the uplink thinned.
    const { thinnedFixes: _, ...level } = outbox.level()
    return {
      timeMs: clock.nowMs(),
      timeSource: clock.source,
      uptimeS: Math.floor(process.uptime()),
      version: VERSION,
      memoryBytes: process.memoryUsage.rss(),
      ports: lines.map((line, i) => portHealth(line.state, config.ports[i]!)),
      outbox: level,
      link: uplink.link(),
      storage: outbox.storage(),
    }
  }
  function portHealth(state: PortState, port: PortConfig): PortState {
    if (port.driver !== 'nmea') return state
    const { device } = port
    return {
      ...state,
      ...(device === undefined ? {} : { device }),
      counters: { ...state.counters, ...tracks.countersOf(port) },
    }
  }
  function sendHealth(): void {
    keep({ lane: 'health', health: health() })
  }

  /** False where the body has no place on the wire. */
  function keep(body: Body): boolean {
    let bytes: Uint8Array
    try {
      bytes = encodeBody(body)
    } catch (error) {
      log.error({ err: error, lane: body.lane }, 'a record has no place on the wire')
      return false
    }
    outbox
      .append(body.lane, bytes)
      .catch((error: Error) =>
        log.error({ err: error, lane: body.lane }, 'a record could not be kept: disk full?'),
      )
    return true
  }

  // reports by hand -> case
  let terminal: Terminal | undefined
  if (page && reports) {
    const { startTerminal } = await import('./terminal/terminal.ts')
    const waiting = () => outbox.level().records
    const state = () => ({ online: uplink.connected, waiting: waiting(), last: tracks.last() })
    terminal = await startTerminal({ config: page, gateway, catalogue, reports, state, log })
    log.info({ url: terminal.url }, 'terminal page is open')
  }

  outbox.onStorageChange = sendHealth
  const status = await startStatusServer(
    config.data,
    () => ({ gateway, pid: process.pid, health: health(), uplink: uplink.detail() }),
    log,
  )
  sendHealth()
  uplink.start()
  for (const line of lines) line.start()
  const timers = [
    setInterval(() => faults.tick(), FAULT_TICK_MS),
    setInterval(sendReadings, config.readingsEveryS * 1000),
    setInterval(sendHealth, config.healthEveryS * 1000),
  ]

  return {
    health,
    connected: () => uplink.connected,
    backlog: () => outbox.level().records,
    terminalUrl: terminal?.url,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await status.close()
      await terminal?.close()
      await Promise.all(lines.map((line) => line.stop()))
      drivers.stop()
      tracks.flush()
      sendReadings()
      await uplink.stop()
      outbox.close()
    },
  }
}
