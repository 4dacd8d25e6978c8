import { describe, expect, test } from 'vitest'
import { Reconnects } from '../../../gateway/edge/uplink/reconnects.ts'

const GATEWAYS = 5000
const SECONDS = 180

/** Knocks in each second after a broker that was there for long has ended all connections, and stays away. */
function knocks(): number[] {
  const bySecond = new Array<number>(SECONDS).fill(0)
  for (let gateway = 0; gateway < GATEWAYS; gateway++) {
    const reconnects = new Reconnects()
    for (let atMs = reconnects.next('theirs'); atMs < SECONDS * 1000; atMs += reconnects.next('early'))
      bySecond[Math.floor(atMs / 1000)]!++
  }
  return bySecond
}

describe('reconnects', () => {
  test('5,000 gateways that lose the broker in the same instant do not knock in the same second', () => {
    const bySecond = knocks()
    // All of them within the first ten seconds, a tenth in each.
    expect(bySecond.slice(0, 10).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(GATEWAYS)
    expect(Math.max(...bySecond)).toBeLessThan(GATEWAYS / 3)
    // And once the broker has been away for two minutes, what comes back comes over a minute.
    expect(Math.max(...bySecond.slice(120))).toBeLessThan(GATEWAYS / 20)
  })

  test.each([
    ['ours', 500],
    ['early', 500],
  ] as const)('a connection that ended by %s is tried again after half a second', (ending, mostMs) => {
    const waitMs = new Reconnects().next(ending)
    expect(waitMs).toBeGreaterThanOrEqual(mostMs / 2)
    expect(waitMs).toBeLessThanOrEqual(mostMs)
  })

  test('tries that fail wait longer and longer, up to a minute; one that stood begins anew', () => {
    const reconnects = new Reconnects()
    let waitMs = 0
    for (let i = 0; i < 12; i++) waitMs = reconnects.next('early')
    expect(waitMs).toBeGreaterThanOrEqual(30_000)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    expect(reconnects.next('ours')).toBeLessThanOrEqual(500)
  })

  test('a link that flaps is tried again within seconds, however often it breaks', () => {
    const reconnects = new Reconnects()
    for (let i = 0; i < 50; i++) expect(reconnects.next('short')).toBeLessThanOrEqual(5_000)
  })
})
