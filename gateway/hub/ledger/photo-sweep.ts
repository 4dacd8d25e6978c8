import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../../foundation/log.ts'
import { hourly } from '../hourly.ts'
import type { Ledger } from './ledger.ts'
import type { DroppedPhoto, Photos } from './photos.ts'

export interface SweepOptions {
  ledger: Pick<Ledger, 'find'>
  photos: Pick<Photos, 'awaited' | 'settle' | 'sweep'>
  onDropped(dropped: DroppedPhoto[]): void
  log: Log
}

/**
 * Drops, once an hour and in small slices, photos that will never be whole or whose case never came.
 * @returns how to stop it.
 */
export function keepSwept({ ledger, photos, onDropped, log }: SweepOptions): () => Promise<void> {
  return hourly(async (stopped) => {
    try {
      for (const id of photos.awaited()) {
        const entry = ledger.find(id)
        if (entry) onDropped(photos.settle(id, entry.manual && entry.gateway))
      }
      while (!stopped()) {
        const dropped = photos.sweep(Date.now())
        if (dropped.length === 0) return
        onDropped(dropped)
        await nextTurn()
      }
    } catch (error) {
      log.warn({ err: error }, 'photos: unfinished ones not dropped; trying again in an hour')
    }
  })
}
