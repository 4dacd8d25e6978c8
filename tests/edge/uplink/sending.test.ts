import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DataBudget } from '../../../gateway/edge/budget/data-budget.ts'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { UplinkConfig } from '../../../gateway/edge/uplink/rate-limit.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import type { Lane } from '../../../proto/domain.ts'
import { startFlappingLink } from '../../faults/flapping-link.ts'
import { jumpingClock } from '../../faults/gateway/sending-uplink.ts'
import { eventually } from '../../hub/eventually.ts'
import { fixes, ride } from '../../hub/gateway-messages.ts'
import { receiptingHub } from './receipting-hub.ts'

/** What of the outbox leaves when: rate, budget, the newest fixes, a silent hub, a dead link. */
const BOOT = '00000000000a'

function gateway(
  url: string,
  options: { limits?: Partial<UplinkConfig>; budget?: (url: string) => DataBudget } = {},
) {
  const told: string[] = []
  const log = pino({ base: null }, { write: (line) => void told.push(JSON.parse(line).msg) })
  const outbox = new SqliteOutbox(new DatabaseSync(':memory:'), { boot: BOOT, maxBytes: 1e7, log })
  const uplink = new Uplink({
    gateway: 'ebike-01',
    boot: BOOT,
    broker: { url },
    outbox,
    clock: new EdgeClock(),
    log,
    ...(options.limits && { limits: UplinkConfig.parse(options.limits) }),
    ...(options.budget && { budget: options.budget(url) }),
  })
  onTestFinished(() => uplink.stop())
  const append = (lane: Lane, count: number, body = Buffer.from('x')) =>
    Promise.all(Array.from({ length: count }, () => outbox.append(lane, body)))
  return { outbox, uplink, append, told }
}

describe('rate', () => {
  test('a backlog waits for its turn; cases and health do not, nor does the newest fix batch', async () => {
    const hub = await receiptingHub()
    const { outbox, uplink, append } = gateway(hub.url, { limits: { maxRecordsPerS: 3 } })
    await append('fix', 40)
    uplink.start()
    // A few at once, and the newest one.
    await eventually(() => expect(hub.names()).toEqual(expect.arrayContaining(['fix:1', 'fix:40'])))
    await append('health', 1)
    await append('fix', 1)
    await append('case', 1)
    await eventually(() =>
      expect(hub.names()).toEqual(expect.arrayContaining(['health:41', 'fix:42', 'case:43'])),
    )
    expect(outbox.level().records).toBeGreaterThan(20)
    // What is old comes in order.
    await eventually(() => expect(hub.received.length).toBeGreaterThan(12))
    const old = hub.received.filter(({ lane, sequence }) => lane === 'fix' && sequence < 40)
    expect(old.map(({ sequence }) => sequence)).toEqual(old.map((_, i) => i + 1))
  })

  test('in any stretch of time no more than the rate and a fifth of a second of it', async () => {
    const hub = await receiptingHub()
    const { outbox, uplink, append } = gateway(hub.url, { limits: { maxRecordsPerS: 50 } })
    await append('reading', 200)
    uplink.start()
    await eventually(() => expect(outbox.level().records).toBe(0))
    const { received } = hub
    expect(received).toHaveLength(200)
    // From the first on: a slow machine makes records come later, never earlier.
    received.forEach(({ atMs }, i) => {
      const spanS = (atMs - received[0]!.atMs) / 1000
      expect(i + 1).toBeLessThanOrEqual(50 * (spanS + 0.2) + 25)
    })
  })
})

describe('budget', () => {
  test('a lane that may not go holds up none behind it, and goes when it may', async () => {
    const hub = await receiptingHub()
    let fixesWait = true
    class Held extends DataBudget {
      override mayGo(lane: Lane): boolean {
        return lane !== 'fix' || !fixesWait
      }
    }
    const { outbox, uplink, append } = gateway(hub.url, { budget: () => new Held({ log: silentLog() }) })
    await append('fix', 3)
    await append('reading', 1)
    await append('photo', 1)
    await append('case', 1)
    uplink.start()
    await eventually(() => expect(outbox.level().records).toBe(3))
    expect(hub.names()).toEqual(['case:6', 'reading:4', 'photo:5'])
    fixesWait = false
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(hub.names().slice(3)).toEqual(['fix:1', 'fix:2', 'fix:3'])
  })

  test('tracks are thinned on the wire, and counted once; the outbox keeps them whole until the receipt', async () => {
    const hub = await receiptingHub()
    hub.receipts = () => false
    class Thinning extends DataBudget {
      override level(): number {
        return 4
      }
    }
    const { outbox, uplink } = gateway(hub.url, { budget: () => new Thinning({ log: silentLog() }) })
    // No straight ride at one speed: that is small as it is.
    const swerving = ride(30).map((fix, i) => ({
      ...fix,
      lat: fix.lat + Math.sin(i * 2.3) / 1e5,
      speedMps: 4 + Math.sin(i * 1.7),
      courseDeg: 40 + 20 * Math.sin(i * 3.1),
    }))
    const whole = encodeBody(fixes(swerving))
    await outbox.append('fix', whole)
    uplink.start()
    await eventually(() => expect(hub.received).toHaveLength(1))
    expect(Buffer.from(outbox.peek(1)[0]!.body)).toEqual(Buffer.from(whole))
    expect(uplink.link().thinnedFixes).toBe(0)
    const sent = decodeBody('fix', hub.received[0]!.body)
    const kept = sent.lane === 'fix' ? sent.batch.fixes.length : 0
    expect(kept).toBeLessThan(30)
    hub.receipt([hub.received[0]!, hub.received[0]!])
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(uplink.link().thinnedFixes).toBe(30 - kept)
  })

  test('bytes are counted, and the quality of the link', async () => {
    const hub = await receiptingHub()
    const { outbox, uplink, append } = gateway(hub.url)
    uplink.start()
    await append('fix', 10, Buffer.alloc(1000))
    await eventually(() => expect(outbox.level().records).toBe(0))
    const { dataBytes, acknowledgedMs, receiptedMs, breaks } = uplink.link()
    expect(dataBytes).toBeGreaterThan(10_000)
    expect(acknowledgedMs).toBeGreaterThanOrEqual(0)
    expect(receiptedMs).toBeGreaterThanOrEqual(0)
    expect(breaks).toBe(0)
    expect(uplink.detail()).toEqual({ broker: hub.url, connectedForS: expect.any(Number) })
  })
})

describe('a silent hub behind a living broker', () => {
  test('is told, knocked at with one record and new cases, and all goes on with the first receipt', async () => {
    const jump = jumpingClock()
    const hub = await receiptingHub()
    hub.receipts = () => false
    const { outbox, uplink, append, told } = gateway(hub.url)
    await append('fix', 300)
    uplink.start()
    // One window, and the newest beside it.
    await eventually(() => expect(hub.received).toHaveLength(129))
    expect(hub.names()).toContain('fix:300')
    await eventually(() => expect(uplink.link().acknowledgedMs).toBeDefined())
    jump(31_000)
    await eventually(() => expect(uplink.detail().hubSilentForS).toBeGreaterThan(30))
    expect(told.filter((line) => /^no receipts from the hub/.test(line))).toHaveLength(1)
    // One record, and nothing else.
    await eventually(() => expect(hub.names().slice(129)).toEqual(['fix:129']))
    await append('fix', 1)
    await append('case', 2)
    await eventually(() => expect(hub.names().slice(130)).toEqual(['case:302', 'case:303']))
    jump(15_000)
    await eventually(() => expect(hub.names().slice(132)).toEqual(['fix:130']))
    await sleep(1500)
    expect(hub.received).toHaveLength(133)
    hub.receipts = () => true
    jump(30_000)
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(uplink.detail().hubSilentForS).toBeUndefined()
    expect(told.filter((line) => /^the hub gives receipts again/.test(line))).toHaveLength(1)
    expect(new Set(hub.names()).size).toBe(303)
  })

  test('one record without a receipt among others that have theirs holds up nothing', async () => {
    const jump = jumpingClock()
    const hub = await receiptingHub()
    hub.receipts = ({ lane, sequence }) => lane !== 'fix' || sequence !== 1
    const { outbox, uplink, append } = gateway(hub.url)
    await append('fix', 300)
    uplink.start()
    await eventually(() => expect(outbox.level().records).toBe(1))
    for (const count of [2, 3]) {
      jump(40_000)
      await append('reading', 1)
      await eventually(() => expect(hub.names().filter((name) => name === 'fix:1')).toHaveLength(count))
    }
    expect(uplink.detail().hubSilentForS).toBeUndefined()
    hub.receipts = () => true
    await eventually(() => {
      jump(20_000)
      expect(outbox.level().records).toBe(0)
    })
  })
})

test('a link that is dead without a word is made anew, and told', async () => {
  const hub = await receiptingHub()
  const link = await startFlappingLink({ host: '127.0.0.1', port: hub.port })
  onTestFinished(() => link.close())
  const { outbox, uplink, append } = gateway(`mqtt://127.0.0.1:${link.port}`, { limits: { deadAfterS: 1 } })
  uplink.start()
  await append('fix', 1)
  await eventually(() => expect(outbox.level().records).toBe(0))
  link.stall(true)
  await append('case', 1)
  await eventually(() => expect(uplink.detail().lastReason).toBe('nothing heard for 1 s'))
  expect(uplink.connected).toBe(false)
  link.stall(false)
  await eventually(() => expect(outbox.level().records).toBe(0))
  expect(uplink.link().breaks).toBe(1)
})

test('a gateway with a case to send does not wait for its turn after a broker has gone', async () => {
  const jump = jumpingClock()
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.99)
  onTestFinished(() => random.mockRestore())
  const hub = await receiptingHub()
  const link = await startFlappingLink({ host: '127.0.0.1', port: hub.port })
  onTestFinished(() => link.close())
  const { outbox, uplink, append } = gateway(`mqtt://127.0.0.1:${link.port}`)
  uplink.start()
  await eventually(() => expect(uplink.connected).toBe(true))
  jump(40_000)
  link.cut()
  await eventually(() => expect(uplink.connected).toBe(false))
  const lostMs = performance.now()
  await append('case', 1)
  await eventually(() => expect(outbox.level().records).toBe(0))
  // Its turn was after 9.9 s.
  expect(performance.now() - lostMs).toBeLessThan(9000)
})
