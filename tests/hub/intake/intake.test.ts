import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { Intake } from '../../../gateway/hub/intake/intake.ts'
import { IntakeLog } from '../../../gateway/hub/intake/intake-log.ts'
import { decodeReceipt } from '../../../proto/codec/codec.ts'
import { testFolder } from '../../test-folder.ts'
import { BOOT, caseReport, fixes, ride, up } from '../gateway-messages.ts'

function startIntake() {
  const store = new IntakeLog(join(testFolder(), 'intake.db'))
  onTestFinished(() => store.close())
  const sent: { gateway: string; boot: string; sequences: number[] }[] = []
  let woken = 0
  const intake = new Intake({
    store,
    log: silentLog(),
    sendDown: (gateway, payload) => sent.push({ gateway, ...decodeReceipt(payload) }),
    onKept: () => woken++,
  })
  const take = (gateway: string, payload: Uint8Array): Promise<Error | undefined> =>
    new Promise((resolve) => intake.take(gateway, payload, resolve))
  return { intake, store, sent, take, woken: () => woken }
}

test('records of one turn are one commit and one receipt for each gateway', async () => {
  const { store, sent, take, woken } = startIntake()
  const done = await Promise.all([
    take('ebike-01', up('ebike-01', 1, fixes(ride(3)))),
    take('ebike-01', up('ebike-01', 2, { lane: 'case', report: caseReport('raised', 1) })),
    take('ebike-02', up('ebike-02', 9, fixes(ride(1)))),
  ])
  expect(done).toEqual([undefined, undefined, undefined])
  expect(sent).toEqual([
    { gateway: 'ebike-01', boot: BOOT, sequences: [1, 2] },
    { gateway: 'ebike-02', boot: BOOT, sequences: [9] },
  ])
  expect(store.lastId).toBe(3)
  expect(woken()).toBe(1)
})

test('a repeated record is receipted again and kept once', async () => {
  const { store, sent, take, intake } = startIntake()
  const record = up('ebike-01', 1, fixes(ride(3)))
  await take('ebike-01', record)
  await take('ebike-01', record)
  expect(sent.map(({ sequences }) => sequences)).toEqual([[1], [1]])
  expect(store.lastId).toBe(1)
  expect(intake.state()).toMatchObject({ ok: true, counters: { kept: 1, repeated: 1 } })
})

test.each([
  ['nothing', Buffer.alloc(0), 'missing-field'],
  ['text', Buffer.from('hello'), 'not-protobuf'],
  ['a cut record', up('ebike-01', 1, fixes(ride(3))).subarray(0, 40), 'not-protobuf'],
  ['a flipped bit', flipLast(up('ebike-01', 1, fixes(ride(3)))), 'bad-checksum'],
  ["another gateway's record", up('ebike-02', 1, fixes(ride(3))), 'bad-value'],
  ['a bomb', Buffer.alloc(100_000, 0x0a), 'too-large'],
])('%s is set aside with its reason and acknowledged, without a receipt', async (_name, payload, reason) => {
  const { store, sent, take, intake, woken } = startIntake()
  expect(await take('ebike-01', payload)).toBeUndefined()
  expect([...intake.state().refused]).toEqual([[reason, 1]])
  expect(store.setAside().refused).toBe(1)
  expect(sent).toEqual([])
  expect(store.lastId).toBe(0)
  expect(woken()).toBe(0)
})

test('no bytes crash it', async () => {
  const { take, intake } = startIntake()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await take('ebike-01', bytes)).toBeUndefined()
    }),
    { numRuns: 300 },
  )
  expect(intake.state().counters.kept).toBe(0)
})

test('a disk that fails is told to those who wait, shows, and heals', async () => {
  const { store, sent, take, intake } = startIntake()
  const append = store.append.bind(store)
  store.append = () => {
    throw new Error('database or disk is full')
  }
  expect(await take('ebike-01', up('ebike-01', 1, fixes(ride(1))))).toMatchObject({ message: /disk is full/ })
  expect(sent).toEqual([])
  expect(intake.state()).toMatchObject({ ok: false, detail: 'database or disk is full' })
  store.append = append
  expect(await take('ebike-01', up('ebike-01', 1, fixes(ride(1))))).toBeUndefined()
  expect(sent).toHaveLength(1)
  expect(intake.state().ok).toBe(true)
})

function flipLast(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes)
  flipped[flipped.length - 1]! ^= 1
  return flipped
}
