import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../foundation/log.ts'
import { hourly } from './hourly.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Photos } from './ledger/photos.ts'
import type { Expiry, TrackStore } from './stores/track-store.ts'

/** How long what is stored stays; absent: for ever. */
export interface Retention {
  /** In InfluxDB readings go with them. */
  tracksDays?: number | undefined
  readingsDays?: number | undefined
  /** After their case was cleared. */
  photosDays?: number | undefined
}

const DAY_MS = 86_400_000

/**
 * Deletes what is older than configured, once an hour and in small steps between which records are taken in. Freed
 * room is used for what comes next; files do not shrink. Cases and their steps stay.
 * @returns how to stop it.
 */
export function keepRetention(options: {
  retention: Retention
  store: Pick<TrackStore, 'expire' | 'keepFor'>
  ledger: Pick<Ledger, 'closedWithPhotos' | 'photosExpired'>
  photos: Pick<Photos, 'deleteOf'>
  log: Log
}): () => Promise<void> {
  const { retention, store, ledger, photos, log } = options
  const { tracksDays, readingsDays, photosDays } = retention
  return hourly(async (stopped) => {
    const agoMs = (days: number): number => Date.now() - days * DAY_MS
    const steps = async (what: string, step: () => Promise<boolean> | boolean): Promise<void> => {
      try {
        while (!stopped() && (await step())) await nextTurn()
      } catch (error) {
        log.warn({ err: error }, `retention: old ${what} not deleted; trying again in an hour`)
      }
    }
    const before: Expiry = {
      ...(tracksDays === undefined ? {} : { fixesMs: agoMs(tracksDays) }),
      ...(readingsDays === undefined ? {} : { readingsMs: agoMs(readingsDays) }),
    }
    // A database that deletes by itself is told again each hour: it may have been made anew.
    if (tracksDays !== undefined && store.keepFor)
      await steps('tracks and readings', async () => {
        await store.keepFor!(tracksDays)
        return false
      })
    if (Object.keys(before).length > 0 && store.expire)
      await steps('tracks and readings', () => store.expire!(before))
    if (photosDays !== undefined)
      await steps('photos', () => {
        const cases = ledger.closedWithPhotos(agoMs(photosDays))
        for (const id of cases) {
          const count = photos.deleteOf(id)
          ledger.photosExpired(id)
          log.info({ case: id, count }, 'retention: photos of a closed case deleted')
        }
        return cases.length > 0
      })
  })
}
