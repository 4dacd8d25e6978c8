import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { askGateway } from '../../../gateway/edge/status/ask-gateway.ts'
import { durationText, type GatewayStatus, problemsOf } from '../../../gateway/edge/status/gateway-status.ts'
import { startStatusServer } from '../../../gateway/edge/status/status-server.ts'
import { socketPaths } from '../../../gateway/edge/status/status-socket.ts'
import type { Health } from '../../../proto/domain.ts'
import { T0 } from '../../hub/gateway-messages.ts'
import { testFolder } from '../../test-folder.ts'

/** What a running gateway says over its socket, and whether it can be asked at all. */

const health: Health = {
  timeMs: T0,
  timeSource: 'gps',
  uptimeS: 8000,
  version: '0.1.0',
  memoryBytes: 83e6,
  ports: [{ name: 'gps', path: '/dev/ttyUSB0', state: 'open', counters: {} }],
  outbox: { records: 0, bytes: 0, dropped: {} },
}
const well: GatewayStatus = {
  gateway: 'ebike-01',
  pid: 4711,
  health,
  uplink: { broker: 'mqtt://broker:1883', connectedForS: 3600 },
}

function log() {
  const told: string[] = []
  return { log: pino({ base: null }, { write: (line) => void told.push(JSON.parse(line).msg) }), told }
}

async function served(folder: string) {
  const { log: own, told } = log()
  const server = await startStatusServer(folder, () => well, own)
  onTestFinished(() => server.close())
  return { ...server, told }
}

describe('socket', () => {
  beforeEach(() => {
    vi.stubEnv('TMPDIR', testFolder())
    onTestFinished(() => void vi.unstubAllEnvs())
  })

  test('answers with what is now, only to its user, and is gone with the gateway', async () => {
    const folder = testFolder()
    expect(await askGateway(folder)).toEqual({ state: 'stopped' })
    const { path, close } = await served(folder)
    expect(path).toBe(join(folder, 'status.sock'))
    expect(statSync(path!).mode & 0o777).toBe(0o600)
    expect(await askGateway(folder)).toEqual({ state: 'running', status: well })
    await close()
    expect(await askGateway(folder)).toEqual({ state: 'stopped' })
    expect(() => statSync(path!)).toThrow(/ENOENT/)
  })

  test('what a killed gateway left behind is no gateway, and is taken over', async () => {
    const folder = testFolder()
    // A file in the place of the socket refuses as a socket without a listener does.
    writeFileSync(join(folder, 'status.sock'), '')
    expect(await askGateway(folder)).toEqual({ state: 'stopped' })
    const { told } = await served(folder)
    expect(await askGateway(folder)).toMatchObject({ state: 'running' })
    expect(told).toEqual([])
  })

  test('two gateways on one data folder: the second one says so, the first one goes on answering', async () => {
    const folder = testFolder()
    await served(folder)
    const second = await served(folder)
    expect(second.path).toBeUndefined()
    expect(second.told).toEqual(['another gateway runs on this data folder: stop one of them'])
    await second.close()
    expect(await askGateway(folder)).toMatchObject({ state: 'running' })
  })

  test('where the path would be too long there is a shorter one, of this user alone', async () => {
    const folder = join(testFolder(), 'x'.repeat(60), 'y'.repeat(60))
    mkdirSync(folder, { recursive: true })
    const [path, ...others] = socketPaths(folder)
    expect(others).toEqual([])
    expect(Buffer.byteLength(path!)).toBeLessThanOrEqual(107)
    expect(socketPaths(`${folder}/.`)).toEqual([path])
    expect(socketPaths(`${folder}z`)).not.toEqual([path])
    const server = await served(folder)
    expect(server.path).toBe(path)
    expect(statSync(join(path!, '..')).mode & 0o777).toBe(0o700)
    expect(await askGateway(folder)).toMatchObject({ state: 'running' })
  })

  test('where the data folder takes no socket the shorter one is taken, and found', async () => {
    // A disk that takes nothing looks like this to root too: no folder at all.
    const folder = join(testFolder(), 'gone')
    const server = await served(folder)
    expect(server.path).toBe(socketPaths(folder)[1])
    expect(await askGateway(folder)).toMatchObject({ state: 'running' })
  })

  test('a folder of somebody else, or open to others, is not used: told, and the gateway runs without', async () => {
    const folder = join(testFolder(), 'gone')
    const common = join(socketPaths(folder)[1]!, '..')
    mkdirSync(common, { recursive: true, mode: 0o700 })
    chmodSync(common, 0o777)
    onTestFinished(() => chmodSync(common, 0o700))
    const { path, told } = await served(folder)
    expect(path).toBeUndefined()
    expect(told).toEqual(['`gridpatrol status` cannot ask this gateway'])
  })

  test('a process that listens and does not answer is silent', async () => {
    const folder = testFolder()
    const deaf: Server = createServer((socket) => socket.on('error', () => {}))
    await new Promise<void>((resolve) => deaf.listen(join(folder, 'status.sock'), resolve))
    onTestFinished(() => {
      deaf.close()
      rmSync(join(folder, 'status.sock'), { force: true })
    })
    expect(await askGateway(folder)).toEqual({ state: 'silent' })
  })
})

describe('problems', () => {
  const withHealth = (more: Partial<Health>): GatewayStatus => ({ ...well, health: { ...health, ...more } })
  const link = { breaks: 0, connectedS: 1, dataBytes: 20e6, thinning: 4, thinnedFixes: 9 }

  test('of a gateway that is well: none', () => {
    expect(problemsOf(well)).toEqual([])
  })

  test.each<[string, GatewayStatus, RegExp]>([
    [
      'no connection',
      { ...well, uplink: { broker: 'mqtt://b:1883', lastReason: 'ENETUNREACH' } },
      /^not connected to the broker mqtt:\/\/b:1883 \(ENETUNREACH\): check the network/,
    ],
    [
      'a silent hub',
      { ...well, uplink: { ...well.uplink, hubSilentForS: 125 } },
      /^no receipts from the hub for 2 min 5 s, .*: check that the hub runs/,
    ],
    ['no time', withHealth({ timeSource: 'estimated' }), /^the time is not known: give GPS/],
    [
      'a port',
      withHealth({
        ports: [
          { name: 'gps', path: '/dev/x', state: 'busy', detail: 'end the other program', counters: {} },
        ],
      }),
      /^port gps \(\/dev\/x\) is busy: end the other program$/,
    ],
    [
      'a full disk',
      withHealth({ storage: { state: 'full', detail: 'ENOSPC', inMemory: 12, setAside: 0 } }),
      /^the disk is full \(ENOSPC\); 12 records are in memory alone: make room/,
    ],
    [
      'a budget that is used up',
      withHealth({ link: { ...link, budgetBytes: 20e6 } }),
      /^the data budget of today/,
    ],
  ])('%s is told with what to do', (_, status, expected) => {
    expect(problemsOf(status)).toEqual([expect.stringMatching(expected)])
  })

  test('a port that has just been opened, files set aside long ago and a large use without a budget are none', () => {
    const ports: Health['ports'] = [{ name: 'gps', path: '/dev/x', state: 'opening', counters: {} }]
    const storage: Health['storage'] = { state: 'ok', inMemory: 0, setAside: 2 }
    expect(problemsOf(withHealth({ ports, storage, link }))).toEqual([])
  })
})

test.each([
  [0, '0 s'],
  [0.9, '0 s'],
  [61, '1 min 1 s'],
  [3600, '1 h'],
  [7980, '2 h 13 min'],
  [86_405, '1 d'],
  [90_061, '1 d 1 h'],
])('%f s is %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})
