import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { Cursor } from '../../../gateway/hub/intake/cursor.ts'
import { IntakeLog } from '../../../gateway/hub/intake/intake-log.ts'
import { caseConsumer } from '../../../gateway/hub/ledger/case-consumer.ts'
import { Ledger } from '../../../gateway/hub/ledger/ledger.ts'
import { photoConsumer } from '../../../gateway/hub/ledger/photo-consumer.ts'
import { keepSwept } from '../../../gateway/hub/ledger/photo-sweep.ts'
import {
  type DroppedPhoto,
  PHOTO_BOUNDS,
  type PhotoBounds,
  Photos,
} from '../../../gateway/hub/ledger/photos.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { Body, PhotoPart } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually } from '../eventually.ts'
import { BOOT, caseReport, handReport, PNG, photoParts, T0 } from '../gateway-messages.ts'

/** Intake log, ledger and photos with their two cursors, as the hub ties them together. */
function startParts(bounds: Partial<PhotoBounds> = {}) {
  const folder = testFolder()
  const log = new IntakeLog(join(folder, 'intake.db'))
  const ledger = new Ledger(folder)
  const photos = new Photos(folder, { ...PHOTO_BOUNDS, ...bounds })
  const dropped: DroppedPhoto[] = []
  const whole: string[] = []
  const onDropped = (some: DroppedPhoto[]) => dropped.push(...some)
  const options = { log, logger: silentLog(), backoff: { firstMs: 1, maxMs: 5 } }
  const cases = new Cursor({
    ...options,
    name: 'cases',
    selection: 'case',
    consume: caseConsumer({ ledger, photos, onChanged: () => {}, onDropped, log: silentLog() }),
  })
  const parts = new Cursor({
    ...options,
    name: 'photos',
    selection: 'photo',
    spend: 'photo',
    consume: photoConsumer({
      ledger,
      photos,
      ledgerSeen: () => cases.seen,
      onWhole: ({ id, photosHere }) => whole.push(`${id} ${photosHere}`),
    }),
  })
  onTestFinished(async () => {
    await Promise.all([cases.stop(), parts.stop()])
    for (const store of [photos, ledger, log]) store.close()
  })
  let sequence = 0
  const send = (gateway: string, ...bodies: Body[]): void => {
    const records = bodies.map((body) => ({
      gateway,
      boot: BOOT,
      sequence: ++sequence,
      receivedMs: T0,
      lane: body.lane,
      body: encodeBody(body),
    }))
    log.append(records, [])
    cases.wake()
    parts.wake()
  }
  return { log, ledger, photos, cases, parts, dropped, whole, onDropped, send }
}

const hand: Body = { lane: 'case', report: handReport() }
const { caseId } = handReport()
const bodies = (parts: PhotoPart[]): Body[] => parts.map((part) => ({ lane: 'photo', part }))

test('a case and its photos, the last part days later', async () => {
  const { send, cases, parts, ledger, photos, whole, log } = startParts()
  cases.start()
  parts.start()
  const [last, ...others] = bodies(photoParts(PNG, 3, { photo: 2 }))
  send('ebike-01', hand, ...bodies(photoParts(PNG, 2)), ...others)
  await eventually(() => expect(ledger.find(caseId)?.photosHere).toBe(1))
  await eventually(() => expect(parts.state()).toMatchObject({ lag: 0, deadLetters: 0 }))
  send('ebike-01', last!)
  await eventually(() => expect(ledger.find(caseId)?.photosHere).toBe(2))
  expect(photos.read(caseId, 'ebike-01', 2)).toMatchObject({ bytes: PNG })
  expect(whole.at(-1)).toBe(`${caseId} 2`)
  // The log keeps their names alone.
  await eventually(() => expect(parts.state().lag).toBe(0))
  expect(log.read('photo', 0).records.map(({ body }) => body.length)).toEqual([0, 0, 0, 0, 0])
})

test('photos before their case, and those of a case that is another’s', async () => {
  const { send, cases, parts, ledger, photos, dropped, log } = startParts()
  parts.start()
  send('ebike-01', ...bodies(photoParts(PNG, 2)))
  send('ebike-66', ...bodies(photoParts(PNG, 1)))
  await eventually(() => expect(parts.state().lag).toBe(0))
  cases.start()
  send('ebike-01', hand)
  await eventually(() => expect(ledger.find(caseId)?.photosHere).toBe(1))
  expect(dropped).toMatchObject([{ gateway: 'ebike-66', why: 'the case was raised by ebike-01' }])
  // From now on they are refused at once.
  send('ebike-66', ...bodies(photoParts(PNG, 1)))
  await eventually(() => expect(parts.state()).toMatchObject({ lag: 0, deadLetters: 1 }))
  expect(log.setAside().deadLetters).toBe(1)
  expect(photos.whole(caseId, 'ebike-66')).toEqual([])
})

test('a sensor’s case has no photos', async () => {
  const { send, cases, parts, photos, ledger, dropped } = startParts()
  const report = caseReport('raised', 1)
  const photo = () => bodies(photoParts(PNG, 1, { caseId: report.caseId }))
  parts.start()
  send('roadside-01', ...photo())
  await eventually(() => expect(parts.state().lag).toBe(0))
  cases.start()
  send('roadside-01', { lane: 'case', report })
  await eventually(() => expect(dropped).toMatchObject([{ why: 'it is a sensor’s case' }]))
  send('roadside-01', ...photo())
  await eventually(() => expect(parts.state().deadLetters).toBe(1))
  expect(photos.bytes()).toBe(0)
  expect(ledger.find(report.caseId)).toMatchObject({ photosHere: 0 })
})

test('a photo beyond the number that the report counts is kept but not counted', async () => {
  const { send, cases, parts, ledger, photos } = startParts()
  cases.start()
  parts.start()
  send('ebike-01', hand, ...bodies(photoParts(PNG, 1, { photo: 3 })), ...bodies(photoParts(PNG, 1)))
  await eventually(() => expect(parts.state().lag).toBe(0))
  await eventually(() => expect(ledger.find(caseId)?.photosHere).toBe(1))
  expect(photos.whole(caseId, 'ebike-01')).toEqual([1, 3])
  send('ebike-01', { lane: 'case', report: handReport({ photos: 3 }, { revision: 2, event: 'updated' }) })
  await eventually(() => expect(ledger.find(caseId)?.photosHere).toBe(2))
})

test('while the ledger is behind, photos that find no room wait; once it has caught up, they are refused', async () => {
  const { send, cases, parts, photos } = startParts({ waitingBytes: 600 })
  parts.start()
  send('ebike-01', hand, ...bodies(photoParts(PNG, 1)))
  send('ebike-01', ...bodies(photoParts(PNG, 1, { photo: 2 })))
  await eventually(() => expect(parts.state()).toMatchObject({ ok: false, deadLetters: 0 }))
  expect(parts.state().detail).toContain('the ledger is behind')
  cases.start()
  await eventually(() => expect(parts.state()).toMatchObject({ ok: true, lag: 0, deadLetters: 0 }))
  expect(photos.whole(caseId, 'ebike-01')).toEqual([1, 2])
  const bogus = ['0mo7xu800-0000000001', '0mo7xu800-0000000002']
  for (const id of bogus) send('ebike-01', ...bodies(photoParts(PNG, 1, { caseId: id })))
  await eventually(() => expect(parts.state()).toMatchObject({ lag: 0, deadLetters: 1 }))
})

test('pruning the log takes no part away that is not taken yet', async () => {
  const { send, cases, parts, log, ledger } = startParts()
  cases.start()
  send('ebike-01', hand, ...bodies(photoParts(PNG, 2)), hand)
  await eventually(() => expect(cases.state().lag).toBe(0))
  const prune = () => log.prune(Math.min(cases.seen, parts.seen), Number.MAX_SAFE_INTEGER)
  prune()
  expect(log.read('photo', 0).records).toHaveLength(2)
  parts.start()
  await eventually(() => expect(ledger.find(caseId)?.photosHere).toBe(1))
  await eventually(() => expect(parts.state().lag).toBe(0))
  prune()
  expect(log.read('all', 0).records.map(({ id }) => id)).toEqual([4])
})

test('cases go on where the photos fail, and the sweep settles them afterwards', async () => {
  const { send, cases, parts, ledger, photos, onDropped } = startParts()
  parts.start()
  send('ebike-01', ...bodies(photoParts(PNG, 1)))
  await eventually(() => expect(parts.state().lag).toBe(0))
  const { settle } = photos
  photos.settle = () => {
    throw new Error('disk I/O error')
  }
  cases.start()
  send('ebike-01', hand)
  await eventually(() => expect(ledger.find(caseId)).toMatchObject({ fault: 'exposed_rubbish' }))
  await eventually(() => expect(cases.state()).toMatchObject({ ok: true, lag: 0 }))
  photos.settle = settle
  const stop = keepSwept({ ledger, photos, onDropped, log: silentLog() })
  onTestFinished(stop)
  await eventually(() => expect(photos.awaited()).toEqual([]))
  expect(photos.whole(caseId, 'ebike-01')).toEqual([1])
})
