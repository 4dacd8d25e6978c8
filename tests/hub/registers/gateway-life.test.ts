import { expect, onTestFinished, test } from 'vitest'
import { openDatabase, transaction } from '../../../gateway/foundation/database.ts'
import { GatewayLifeRegister, type RecordTimes } from '../../../gateway/hub/registers/gateway-life.ts'
import type { Health } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { T0 } from '../gateway-messages.ts'
import { healthOf } from '../made-health.ts'

const HOUR_MS = 3_600_000
const RANGE = { fromMs: T0, toMs: T0 + 24 * HOUR_MS }
const ms = (hours: number): number => T0 + hours * HOUR_MS

function open() {
  const database = openDatabase(`${testFolder()}/registers.db`)
  onTestFinished(() => database.close())
  const register = new GatewayLifeRegister(database)
  let sequence = 0
  const write = (times: RecordTimes[], healths: { boot: string; receivedMs: number; health: Health }[]) =>
    transaction(database, () =>
      register.write(
        times,
        healths.map((report) => ({ gateway: 'post-1', sequence: ++sequence, ...report })),
      ),
    )
  return {
    fixes: (boot: string, fromH: number, toH: number, receivedH = toH) =>
      write(
        [
          {
            gateway: 'post-1',
            boot,
            receivedMs: ms(receivedH),
            firstMs: ms(fromH),
            lastMs: ms(toH),
            fixMs: ms(toH),
          },
        ],
        [],
      ),
    /** So many hours after the boot's start. */
    health: (boot: string, atH: number, uptimeH: number, over: Partial<Health> = {}, receivedH = atH) =>
      write(
        [],
        [
          {
            boot,
            receivedMs: ms(receivedH),
            health: healthOf({ timeMs: ms(atH), uptimeS: uptimeH * 3600, ...over }),
          },
        ],
      ),
    life: (onlineBoot?: string, nowH = 24, range = RANGE) =>
      register.of('post-1', range, onlineBoot, ms(nowH)),
    powered: (range = RANGE) =>
      register
        .of('post-1', range, undefined, ms(24))
        .powered.map(({ fromMs, toMs, isStartKnown }) => [
          (fromMs - T0) / HOUR_MS,
          (toMs - T0) / HOUR_MS,
          isStartKnown,
        ]),
  }
}
const outbox = (records: number, fix = 0) => ({ outbox: { records, bytes: 0, dropped: { fix } } })

test('a boot is a span from its start to its last sign, whatever comes first', () => {
  const { fixes, health, powered } = open()
  fixes('a', 2, 3)
  expect(powered()).toEqual([[2, 3, false]])
  health('a', 4, 3)
  fixes('b', 9, 10)
  health('b', 8, 1)
  health('a', 2, 1)
  expect(powered()).toEqual([
    [1, 4, true],
    [7, 10, true],
  ])
})

test('a start by GPS time replaces one by the clock of a machine', () => {
  const { health, powered } = open()
  health('a', 1, 0.5, { timeSource: 'system' })
  health('a', 6, 2)
  health('a', 6.5, 6, { timeSource: 'system' })
  expect(powered()).toEqual([[4, 6.5, true]])
})

test('estimated times and those of a clock that lost its date tell nothing', () => {
  const { fixes, health, powered, life } = open()
  health('a', 5, 1, { timeSource: 'estimated' })
  health('a', -24 * 7168, 1, {}, 5)
  fixes('a', 40, 41, 5)
  fixes('a', -24 * 7168, -24 * 7168 + 1, 5)
  expect(powered()).toEqual([])
  expect(life()).toEqual({ powered: [], lost: [], isBehind: true })
})

test('beside the spans of a range stand the ones before and after it', () => {
  const { health, powered } = open()
  for (const [i, atH] of [-30, -20, 5, 10, 30, 40].entries()) health(`boot-${i}`, atH, 1)
  expect(powered()).toEqual([
    [-21, -20, true],
    [4, 5, true],
    [9, 10, true],
    [29, 30, true],
  ])
})

test('the boot that is connected runs until now', () => {
  const { health, life } = open()
  health('a', 2, 1)
  health('b', 6, 1)
  expect(life('b', 9).powered.map(({ toMs }) => toMs)).toEqual([ms(2), ms(9)])
  expect(life('c', 9).powered.map(({ toMs }) => toMs)).toEqual([ms(2), ms(6)])
  expect(life('b', 9).isBehind).toBe(false)
})

test('with a backlog nothing after the outage has surely come, until the backlog is gone', () => {
  const { fixes, health, life } = open()
  health('a', 2, 1, outbox(3))
  fixes('a', 2, 3)
  expect(life()).toMatchObject({ arrivedMs: ms(3), isBehind: true })
  health('a', 6, 5, outbox(500))
  fixes('a', 5.9, 6)
  expect(life('a')).toMatchObject({ arrivedMs: ms(3), isBehind: true })
  health('a', 6.1, 5.1, outbox(300))
  expect(life('a')).toMatchObject({ arrivedMs: ms(3), isBehind: true })
  health('a', 6.3, 5.3, outbox(2))
  expect(life('a')).toMatchObject({ arrivedMs: ms(6.3), isBehind: false })
})

test('fixes that a full outbox dropped were lost after the last one that came', () => {
  const { fixes, health, life } = open()
  health('a', 1, 1, outbox(0, 7))
  fixes('a', 1, 2)
  expect(life().lost).toEqual([])
  health('a', 5, 5, outbox(900, 12))
  health('a', 6, 6, outbox(900, 15))
  fixes('a', 4, 6)
  health('a', 7, 7, outbox(0, 15))
  expect(life().lost).toEqual([{ fromMs: ms(2), toMs: ms(6) }])
  // A fresh outbox counts anew.
  health('b', 9, 1, outbox(0, 0))
  health('b', 10, 2, outbox(0, 0))
  expect(life().lost).toHaveLength(1)
})

test('of a gateway never heard of nothing is known', () => {
  expect(open().life()).toEqual({ powered: [], lost: [], isBehind: true })
})
