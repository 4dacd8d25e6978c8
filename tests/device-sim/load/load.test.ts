import { expect, onTestFinished, test, vi } from 'vitest'
import { type LoadOptions, startLoad } from '../../../device-sim/load/load.ts'
import { hearingHub } from '../../faults/hearing-hub.ts'

const LIVELY = { batchesAMinute: 60, readingsEveryS: 1, healthEveryS: 2, casesAnHour: 3600 }
const load = (options: Partial<LoadOptions> & Pick<LoadOptions, 'brokers'>) => {
  const started = startLoad({ gateways: 30, seed: 1, rates: LIVELY, ...options })
  onTestFinished(() => started.stop())
  return started
}

test('everything that gateways say they made is what the hub heard, gateway by gateway', async () => {
  const hub = await hearingHub()
  const running = load({ brokers: [hub.url] })
  await vi.waitFor(() => expect(running.look().receipted).toBeGreaterThan(300), { timeout: 30_000 })
  expect(running.look().connected).toBe(30)
  running.stopMaking()
  expect(await running.drained(20_000)).toBe(true)
  const { appended, receipted, waiting, fixes, byLane, each, receiptTimes, sendingTimes } = running.summary()
  expect({ receipted, waiting }).toEqual({ receipted: appended, waiting: 0 })
  expect(receiptTimes.count).toBe(appended)
  expect(sendingTimes.p50Ms!).toBeLessThanOrEqual(receiptTimes.p50Ms!)
  const bodies = hub.bodies()
  expect(bodies).toHaveLength(appended)
  for (const [lane, count] of Object.entries(byLane))
    expect(bodies.filter((body) => body.lane === lane)).toHaveLength(count)
  expect(hub.fixTimes()).toHaveLength(fixes)
  expect(hub.refused()).toEqual([])
  const newest = new Map(hub.cases().map((report) => [report.caseId, report]))
  expect(each.flatMap(({ cases }) => cases)).toHaveLength(newest.size)
  for (const { appended: own, receipted: ranges, cases } of each) {
    expect(ranges).toEqual([[1, own]])
    for (const { id, revision } of cases) expect(newest.get(id)!.revision).toBeGreaterThanOrEqual(revision)
  }
})

test('a broker that is away: records wait, are counted, and go when it comes', async () => {
  const running = load({ brokers: ['mqtt://127.0.0.1:1'], gateways: 5 })
  await vi.waitFor(() => expect(running.look().waiting).toBeGreaterThan(20), { timeout: 20_000 })
  expect(running.look()).toMatchObject({ connected: 0, receipted: 0 })
  running.stopMaking()
  expect(await running.drained(200)).toBe(false)
  expect(running.summary().each.every(({ receipted }) => receipted.length === 0)).toBe(true)
})

test('gateways are dealt out among the addresses', async () => {
  const [a, b] = [await hearingHub(), await hearingHub()]
  const running = load({ brokers: [a.url, b.url], gateways: 10 })
  await vi.waitFor(() => expect([a.clients(), b.clients()]).toEqual([5, 5]), { timeout: 20_000 })
  running.stopMaking()
})

test.each([
  [{ batchesAMinute: 0.05 }, /expected 0.1 to 60/],
  [{ batchesAMinute: 121 }, /expected 0.1 to 60/],
])('rates that cannot be: %j', (rates, message) => {
  expect(() => load({ brokers: ['mqtt://127.0.0.1:1'], rates: { ...LIVELY, ...rates } })).toThrow(message)
})

test('no broker', () => {
  expect(() => load({ brokers: [] })).toThrow(/expected at least one address/)
})
