import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { ReceiptWatch } from '../../../gateway/edge/uplink/receipt-watch.ts'

function watch() {
  const told: string[] = []
  const log = pino({ base: null }, { write: (line) => void told.push(JSON.parse(line).msg) })
  return { receipts: new ReceiptWatch(log), told }
}

describe('receipt watch', () => {
  test('acknowledged for half a minute and no receipt: the hub is silent, told once; the first receipt ends it', () => {
    const { receipts, told } = watch()
    receipts.acknowledged(0)
    for (let ms = 0; ms < 30_000; ms += 1000) receipts.look(ms)
    expect(receipts.silent).toBe(false)
    for (let ms = 30_000; ms < 90_000; ms += 1000) receipts.look(ms)
    expect(receipts.silent).toBe(true)
    expect(receipts.silentForMs(90_000)).toBe(90_000)
    expect(told).toEqual([expect.stringMatching(/^no receipts from the hub/)])
    expect(receipts.receipted(91_000)).toBe(true)
    expect(receipts.silentForMs(92_000)).toBeUndefined()
    expect(receipts.receipted(92_000)).toBe(false)
    expect(told).toEqual([expect.anything(), expect.stringMatching(/^the hub gives receipts again/)])
  })

  test('receipts now and then, or nothing to receipt, are no silence', () => {
    const { receipts } = watch()
    receipts.look(1e6)
    for (let ms = 0; ms < 200_000; ms += 20_000) {
      receipts.acknowledged(ms)
      receipts.acknowledged(ms + 1000)
      receipts.receipted(ms + 19_000)
      receipts.look(ms + 19_500)
    }
    expect(receipts.silent).toBe(false)
  })

  test('a receipt that a broken link took away is no silence; a silence outlives a connection', () => {
    const { receipts } = watch()
    receipts.acknowledged(0)
    receipts.disconnected()
    receipts.look(40_000)
    expect(receipts.silent).toBe(false)
    receipts.acknowledged(50_000)
    receipts.look(80_000)
    receipts.disconnected()
    expect(receipts.silent).toBe(true)
  })

  test('one record at growing waits, at most some 600 a day', () => {
    const { receipts } = watch()
    expect(receipts.probeIsDue(0)).toBe(false)
    receipts.acknowledged(0)
    receipts.look(30_000)
    const atMs: number[] = []
    for (let ms = 30_000; ms < 86_400_000; ms += 1000) {
      if (!receipts.probeIsDue(ms)) continue
      receipts.probed(ms)
      atMs.push(ms)
    }
    expect(atMs[0]).toBe(30_000)
    expect(atMs[1]! - atMs[0]!).toBeLessThanOrEqual(15_000)
    expect(atMs.length).toBeGreaterThan(280)
    expect(atMs.length).toBeLessThan(600)
  })
})
