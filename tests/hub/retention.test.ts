import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../gateway/foundation/log.ts'
import { Ledger } from '../../gateway/hub/ledger/ledger.ts'
import { Photos } from '../../gateway/hub/ledger/photos.ts'
import { keepRetention, type Retention } from '../../gateway/hub/retention.ts'
import { SqliteTrackStore } from '../../gateway/hub/stores/sqlite-track-store.ts'
import { testFolder } from '../test-folder.ts'
import { eventually } from './eventually.ts'
import { COVER, handReport, PNG, photoParts, ride } from './gateway-messages.ts'

const DAY_MS = 86_400_000
const END = Number.POSITIVE_INFINITY

function open() {
  const folder = testFolder()
  const [store, ledger, photos] = [new SqliteTrackStore(folder), new Ledger(folder), new Photos(folder)]
  onTestFinished(() => {
    ledger.close()
    photos.close()
    return store.close()
  })
  const keep = (retention: Retention, only: object = store): void => {
    const stop = keepRetention({ retention, store: only, ledger, photos, log: silentLog() })
    onTestFinished(stop)
  }
  /** A case with a photo; cleared so many days ago. */
  const addCase = (caseId: string, clearedDaysAgo?: number): void => {
    const [part] = photoParts(PNG, 1, { caseId })
    photos.addAll(() => photos.add('terminal-1', part!, true, Date.now()))
    const report = handReport({ photos: 1 }, { caseId })
    ledger.apply([{ gateway: 'terminal-1', report }])
    ledger.notePhotos(caseId, 1)
    if (clearedDaysAgo !== undefined) {
      const timeMs = Date.now() - clearedDaysAgo * DAY_MS
      ledger.apply([{ gateway: 'terminal-1', report: { ...report, event: 'cleared', revision: 2, timeMs } }])
    }
    ledger.announced([ledger.find(caseId)!])
  }
  return { store, ledger, photos, keep, addCase }
}

const id = (n: number): string => `0mo7xu800-${`${n}`.padStart(10, '0')}`

test('tracks and readings older than configured go; what is younger stays', async () => {
  const { store, keep } = open()
  const now = Date.now()
  const reading = { component: COVER, metric: 'tilt_deg', value: 1 }
  await store.write({
    fixes: [
      { device: 'old', fixes: ride(5, now - 11 * DAY_MS) },
      { device: 'young', fixes: ride(5, now - 9 * DAY_MS) },
    ],
    readings: [{ ...reading, timeMs: now - 11 * DAY_MS }],
  })
  keep({ tracksDays: 10 })
  await eventually(async () => expect(await store.devicesBetween(0, END)).toEqual(['young']))
})

test('photos of cases cleared long ago go, silently; cases stay, and so do photos of others', async () => {
  const { ledger, photos, keep, addCase } = open()
  for (let n = 0; n < 30; n++) addCase(id(n), 100)
  addCase(id(98), 10)
  addCase(id(99))
  keep({ photosDays: 90 })
  await eventually(() => expect(ledger.find(id(29))!.photosHere).toBe(0))
  await eventually(() => expect(photos.whole(id(29), 'terminal-1')).toEqual([]))
  expect(photos.whole(id(98), 'terminal-1')).toEqual([1])
  expect(photos.whole(id(99), 'terminal-1')).toEqual([1])
  expect(ledger.list({ limit: 100 })).toHaveLength(32)
  expect(ledger.unannounced(100)).toEqual([])
  // Its room is the gateway's again.
  expect(photos.bytes()).toBe(2 * (PNG.length + 512))
})

test('without a word of retention everything stays, and a store that cannot expire is left alone', async () => {
  const { store, photos, keep, addCase } = open()
  await store.write({ fixes: [{ device: 'old', fixes: ride(5, 1e12) }], readings: [] })
  addCase(id(1), 3000)
  addCase(id(2), 3000)
  keep({})
  keep({ tracksDays: 1, photosDays: 2990 }, {})
  await eventually(() => expect(photos.bytes()).toBe(0))
  expect(await store.devicesBetween(0, END)).toEqual(['old'])
})

test('a store that deletes by itself is told how long to keep', async () => {
  const { keep } = open()
  const told: number[] = []
  const keepFor = async (days: number): Promise<void> => void told.push(days)
  keep({ photosDays: 1 }, { keepFor })
  keep({ tracksDays: 90 }, { keepFor })
  await eventually(() => expect(told).toEqual([90]))
})

test('one part that fails holds up no other', async () => {
  const { photos, keep, addCase } = open()
  addCase(id(1), 100)
  keep(
    { tracksDays: 1, photosDays: 90 },
    {
      expire: async () => {
        throw new Error('disk I/O error')
      },
    },
  )
  await eventually(() => expect(photos.bytes()).toBe(0))
})
