import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { stringify } from 'yaml'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { openPty } from '../../device-sim/hardware/pty.ts'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../gateway/hub/broker/embedded.ts'
import { decodeBody, decodeEnvelope, encodeReceipt } from '../../proto/codec/codec.ts'
import type { Fix } from '../../proto/domain.ts'
import { startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { type BenchRow, benchRow } from './row.ts'

/** A shift of eight hours, a fix a second. */
const FIXES = 28_800
/** So much faster than it is ridden: a batch still goes alone, and what runs by time runs faster too. */
const SPEED = 240
const HEALTH_EVERY_S = 300
/** What ten seconds hold, as configured by default, and what thirty do. */
const BATCHES = [10, 30]
/** IPv4 and TCP with time stamps, without Ethernet. */
const HEADER_BYTES = 52

const run = promisify(execFile)

/**
 * What one e-bike day takes: bytes over the network with the framing of MQTT, TLS and TCP/IP, both directions, and bytes
 * that the gateway writes to its disk. The unmodified gateway reads the ride from a pty and sends over TLS; receipts come
 * at once. Beside it: the same fixes, a JSON message each, by a bare client over the same TLS; and one commit a fix.
 */
export async function benchDay(log: (line: string) => void): Promise<BenchRow[]> {
  const seconds = ride()
  const fixes = fixesOf(seconds)
  log(`a ride of ${seconds.length} s is played ${SPEED} times as fast: ${seconds.length / SPEED} s`)
  const days: Day[] = []
  for (const fixesABatch of BATCHES) {
    const day = await gatewayDay(seconds, fixesABatch)
    const { fixes, wire } = day
    log(`batches of ${fixesABatch}: ${fixes} fixes, ${wire.tlsBytes} bytes of TLS, ${wire.segments} segments`)
    days.push(day)
  }
  const json = await jsonDay(fixes)
  log(`JSON: ${json.tlsBytes} bytes of TLS, ${json.segments} segments`)
  const commits = await commitADayOfFixes(fixes.length)
  const kB = (bytes: number): number => bytes / 1000
  const withHeaders = ({ tlsBytes, segments }: Wire): number => tlsBytes + segments * HEADER_BYTES
  const aFix = 'a JSON message a fix, same TLS'
  return days.flatMap(({ wire, writtenBytes }, i) => {
    const what = `e-bike day, ${BATCHES[i]} fixes a batch`
    return [
      benchRow(`${what}, wire: MQTT in TLS`, 'kB', kB(wire.tlsBytes), aFix, kB(json.tlsBytes)),
      benchRow(`${what}, with TCP/IP headers`, 'kB', kB(withHeaders(wire)), aFix, kB(withHeaders(json))),
      benchRow(`${what}, disk: written`, 'kB', kB(writtenBytes), 'a commit a fix', kB(commits)),
    ]
  })
}

/** NMEA, a buffer a second. */
function ride(): Buffer[] {
  const district = generateDistrict(1)
  const beat = district.grids.features.slice(0, 2).map((grid) => grid.properties.code)
  const startMs = Math.floor(Date.now() / 1000) * 1000 - FIXES * 1000
  const bike = new EbikeRide({ id: 'ebike-01', seed: 7, district, beat, startMs })
  return Array.from({ length: FIXES }, () => Buffer.from(bike.next().bytes))
}

function fixesOf(seconds: Buffer[]): Fix[] {
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  for (const bytes of seconds) decoder.push(bytes)
  return fixes
}

interface Wire {
  /** Both directions: records of TLS with its handshake. */
  tlsBytes: number
  /** Of TCP, both directions, those without data too. */
  segments: number
}

interface Day {
  wire: Wire
  writtenBytes: number
  fixes: number
}

async function gatewayDay(seconds: Buffer[], fixesABatch: number): Promise<Day> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-day-'))
  const hub = await receiptingHub()
  const tls = await tlsBefore(hub.port, folder)
  const pty = openPty()
  const file = join(folder, 'edge.yaml')
  writeFileSync(
    file,
    stringify({
      gateway: 'ebike-01',
      data: join(folder, 'data'),
      broker: { url: `mqtts://localhost:${tls.port}` },
      ports: [{ name: 'gps', path: pty.path, driver: 'nmea' }],
      batch: { maxFixes: fixesABatch, maxDelayMs: 600_000 },
      uplink: { maxRecordsPerS: 100 },
      healthEveryS: HEALTH_EVERY_S / SPEED,
    }),
  )
  process.env.NODE_EXTRA_CA_CERTS = tls.certificate
  const edge = startGridpatrol('edge', '--config', file)
  try {
    await edge.says(/is running/)
    await edge.says(/connected to the broker/)
    const before = writtenBytes(edge.pid)
    const startMs = performance.now()
    for (const [second, bytes] of seconds.entries()) {
      pty.write(bytes)
      const dueMs = startMs + ((second + 1) * 1000) / SPEED
      if (dueMs > performance.now() + 20) await sleep(20)
    }
    // The last batch is not full.
    const expected = Math.floor(fixesOf(seconds).length / fixesABatch) * fixesABatch
    while (hub.fixes() < expected) await sleep(50)
    return { wire: await tls.taken(), writtenBytes: writtenBytes(edge.pid) - before, fixes: hub.fixes() }
  } finally {
    delete process.env.NODE_EXTRA_CA_CERTS
    await edge.stop()
    pty.close()
    await tls.close()
    await hub.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One message a fix at QoS 1, one at a time, as trackers that send JSON do. */
async function jsonDay(fixes: Fix[]): Promise<Wire> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-day-'))
  const hub = await receiptingHub()
  const tls = await tlsBefore(hub.port, folder)
  try {
    const ca = readFileSync(tls.certificate)
    const client = await connectAsync(`mqtts://localhost:${tls.port}`, { clientId: 'json', ca })
    for (const fix of fixes)
      await client.publishAsync('gridpatrol/v1/json/up', JSON.stringify(fix), { qos: 1 })
    const wire = await tls.taken()
    await client.endAsync()
    return wire
  } finally {
    await tls.close()
    await hub.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A broker that receipts what it can read, and acknowledges the rest. */
async function receiptingHub(): Promise<{ port: number; fixes(): number; close(): Promise<void> }> {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog())
  let fixes = 0
  await broker.start({
    onUp(gateway, payload, done) {
      done()
      if (gateway === 'json') return
      const { boot, sequence, lane, body } = decodeEnvelope(payload)
      const decoded = decodeBody(lane, body)
      if (decoded.lane === 'fix') fixes += decoded.batch.fixes.length
      broker.publishDown(gateway, encodeReceipt({ boot, sequences: [sequence] }))
    },
    onPresence() {},
    onRefused() {},
    onReady() {},
  })
  return { port: Number(new URL(broker.url).port), fixes: () => fixes, close: () => broker.close() }
}

interface TlsFront {
  port: number
  /** PEM file to trust. */
  certificate: string
  taken(): Promise<Wire>
  close(): Promise<void>
}

/** TLS 1.3 before a broker that has none, for one client; what is under its TLS is counted. */
async function tlsBefore(brokerPort: number, folder: string): Promise<TlsFront> {
  const key = join(folder, 'key.pem')
  const certificate = join(folder, 'certificate.pem')
  const asked = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  await run('openssl', ['req', '-x509', ...asked, ...names, '-keyout', key, '-out', certificate])
  const credentials = { key: readFileSync(key), cert: readFileSync(certificate) }
  const tls = createTlsServer(credentials, (plain) => bound(plain, connect(brokerPort, '127.0.0.1')))
  const raw = new Set<Socket>()
  const front = createServer((socket) => {
    raw.add(socket)
    tls.emit('connection', socket)
  })
  await listening(front)
  const { port } = front.address() as AddressInfo
  return {
    port,
    certificate,
    async taken() {
      let tlsBytes = 0
      for (const { bytesRead, bytesWritten } of raw) tlsBytes += bytesRead + bytesWritten
      return { tlsBytes, segments: await segmentsAt(port) }
    },
    async close() {
      for (const socket of raw) socket.destroy()
      await new Promise((resolve) => front.close(resolve))
    },
  }
}

function bound(a: NodeJS.ReadWriteStream & { destroy(): void }, b: Socket): void {
  a.pipe(b).pipe(a)
  a.on('error', () => b.destroy())
  b.on('error', () => a.destroy())
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

/** Segments sent and received on the connections that a server's side of this port has. */
async function segmentsAt(port: number): Promise<number> {
  const { stdout } = await run('ss', ['-tin', `sport = :${port}`])
  let segments = 0
  for (const [, count] of stdout.matchAll(/\bsegs_(?:out|in):(\d+)/g)) segments += Number(count)
  return segments
}

/** What the process made the system write to its disk. Linux only. */
function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1])
}

/** Each fix a row and a durable commit of its own. */
async function commitADayOfFixes(fixes: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-day-'))
  const script = `
    import { DatabaseSync } from 'node:sqlite'
    import { readFileSync } from 'node:fs'
    const database = new DatabaseSync(process.argv[1])
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE fix (time, lat, lon, speed, course)')
    const insert = database.prepare('INSERT INTO fix VALUES (?, ?, ?, ?, ?)')
    for (let i = 0; i < ${fixes}; i++) insert.run(1777593600000 + i * 1000, 31.2 + i * 1e-7, 121.4, 3.5, 90)
    database.close()
    console.log(readFileSync('/proc/self/io', 'utf8'))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, join(folder, 'fixes.db')])
  let output = ''
  child.stdout.on('data', (bytes) => {
    output += bytes
  })
  await once(child, 'close')
  rmSync(folder, { recursive: true, force: true })
  return Number(/^write_bytes: (\d+)/m.exec(output)![1])
}
