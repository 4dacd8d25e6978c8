import { join } from 'node:path'
import { pino } from 'pino'
import { onTestFinished, vi } from 'vitest'
import { openPty, type Pty } from '../../device-sim/hardware/pty.ts'
import { EdgeConfig } from '../../gateway/edge/config.ts'
import { type Edge, startEdge } from '../../gateway/edge/edge.ts'
import { type OpenPort, openSerialPort } from '../../gateway/edge/serial/open-serial-port.ts'
import { openDatabase } from '../../gateway/foundation/database.ts'
import { decodeBody } from '../../proto/codec/codec.ts'
import {
  type CaseReport,
  type Fix,
  type Health,
  LANES,
  type PortState,
  type Reading,
} from '../../proto/domain.ts'
import { testFolder } from '../test-folder.ts'

/** The unmodified gateway on real ptys, for tests that do something to the line and look at what was kept and told. */

export interface ToldLine {
  level: number
  msg: string
  [field: string]: unknown
}

export interface PtyGateway {
  edge: Edge
  folder: string
  /** The port as health tells it now. */
  port(): PortState
  counter(name: string): number
  /** Log lines from `warn` on. */
  warnings(): ToldLine[]
  /** What waits in the outbox, in the order in which it was made; several reads may be needed for a commit to show. */
  fixes(): Fix[]
  readings(): Reading[]
  health(): Health[]
  cases(): CaseReport[]
}

export const COMPONENT = '3101010101000001'
const WARN = 40

export const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 25_000, interval: 25 })

/** A line of the running test. */
export function testPty(): Pty {
  const pty = openPty()
  onTestFinished(() => pty.close())
  return pty
}

/** A gateway whose broker is away: all that it keeps waits in its outbox. */
export async function ptyGateway(
  path: string,
  config: { port?: object; morePorts?: object[]; components?: object[] } = {},
  openPort: OpenPort = openSerialPort,
): Promise<PtyGateway> {
  const folder = testFolder()
  const told: ToldLine[] = []
  const log = pino({ level: 'info', base: null }, { write: (line) => void told.push(JSON.parse(line)) })
  const edge = await startEdge(
    EdgeConfig.parse({
      gateway: 'ebike-01',
      data: folder,
      broker: { url: 'mqtt://127.0.0.1:1' },
      ports: [{ name: 'gps', path, driver: 'nmea', ...config.port }, ...(config.morePorts ?? [])],
      components: config.components ?? [],
      batch: { maxDelayMs: 100 },
      readingsEveryS: 1,
    }),
    log,
    openPort,
  )
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= edge.stop()
    return stopped
  }
  onTestFinished(stop)
  const port = (): PortState => edge.health().ports[0]!
  return {
    edge: { ...edge, stop },
    folder,
    port,
    counter: (name) => port().counters[name] ?? 0,
    warnings: () => told.filter(({ level }) => level >= WARN),
    ...outboxOf(folder),
  }
}

/** What waits in the outbox of a gateway that may be running. */
export function outboxOf(folder: string): Pick<PtyGateway, 'fixes' | 'readings' | 'health' | 'cases'> {
  const bodies = () => {
    const database = openDatabase(join(folder, 'outbox.db'))
    try {
      return database
        .prepare('SELECT lane, body FROM outbox WHERE made_ms IS NULL ORDER BY sequence')
        .all()
        .map(({ lane, body }) => decodeBody(LANES[lane as number]!, body as Uint8Array))
    } finally {
      database.close()
    }
  }
  return {
    fixes: () => bodies().flatMap((body) => (body.lane === 'fix' ? body.batch.fixes : [])),
    readings: () => bodies().flatMap((body) => (body.lane === 'reading' ? body.batch.readings : [])),
    health: () => bodies().flatMap((body) => (body.lane === 'health' ? [body.health] : [])),
    cases: () => bodies().flatMap((body) => (body.lane === 'case' ? [body.report] : [])),
  }
}

/** The states of the first port as the centre will read them, one after the other. */
export const toldStates = (health: Health[]): string[] => health.map(({ ports }) => ports[0]!.state)
