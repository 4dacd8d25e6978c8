import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Summary } from '../../../../proto/http.ts'
import type { Range } from '../api/client.ts'
import { summaryQuery, trackQuery } from '../api/queries.ts'
import { screenState } from '../screen.ts'
import { Player } from './player.ts'
import { buildTrack, gapsOf } from './track.ts'

export type Replay =
  | { state: 'unasked' }
  | { state: 'loading' }
  | { state: 'failed'; error: unknown; retry: () => void }
  | { state: 'empty' }
  | { state: 'ready'; player: Player; summary: Summary }

/** Reads a track with its gaps and makes it playable. Both are waited for: without its gaps a track would claim too much. */
export function useReplay(device: string | undefined, range: Range | undefined): Replay {
  const asked = device !== undefined && range !== undefined
  const known = range ?? { fromMs: 0, toMs: 0 }
  const track = useQuery({ ...trackQuery(device ?? '', known), enabled: asked })
  const summary = useQuery({ ...summaryQuery(device ?? '', known), enabled: asked })
  const { fromMs, toMs } = known
  const player = useMemo(() => {
    if (!track.data || !summary.data) return undefined
    const built = buildTrack(track.data.columns, gapsOf(summary.data))
    const { atMs, speed } = screenState()
    return new Player(built, { fromMs, toMs }, atMs ?? built.timeMs[0] ?? fromMs, speed)
  }, [track.data, summary.data, fromMs, toMs])
  useEffect(() => () => player?.stop(), [player])

  if (!asked) return { state: 'unasked' }
  const error = track.error ?? summary.error
  if (error) {
    const retry = () => {
      void track.refetch()
      void summary.refetch()
    }
    return { state: 'failed', error, retry }
  }
  if (!player || !summary.data) return { state: 'loading' }
  if (player.track.count === 0) return { state: 'empty' }
  return { state: 'ready', player, summary: summary.data }
}
