import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Summary } from '../../../../proto/http.ts'
import type { Range } from '../api/client.ts'
import { summaryQuery } from '../api/queries.ts'
import { type Asked, fittingTracksQuery, type TracksProgress, tracksProgressQuery } from '../api/tracks.ts'
import { screenState } from '../screen.ts'
import { ALL } from '../url-state.ts'
import { BESIDE_DETAIL, focusDetail } from './detail.ts'
import { type Patrol, patrolsOf } from './patrols.ts'
import { Player } from './player.ts'
import { buildTrack, gapsOf, type Span, type Track } from './track.ts'

/** A track with its gaps and figures. Both are waited for: without its gaps a track would claim too much. */
export interface Ride {
  device: string
  track: Track
  summary: Summary
  /** 0: every fix is there. */
  toleranceM: number
}

interface Failure {
  error: unknown
  retry: () => void
}

export interface AskedRide {
  /** Undefined while it is on its way, and after a failure. */
  ride: Ride | undefined
  failure: Failure | undefined
}

/** So many devices are answered before a number would be read. */
const ONE_QUESTION = 100
const NOWHEN: Range = { fromMs: 0, toMs: 0 }
const NOBODY: readonly string[] = []

export function useRide(device: string | undefined, range: Range | undefined): AskedRide {
  const enabled = device !== undefined && range !== undefined
  const known = range ?? NOWHEN
  const tracks = useQuery({ ...fittingTracksQuery([device ?? ''], known, focusDetail(known)), enabled })
  const summary = useQuery({ ...summaryQuery(device ?? '', known), enabled })
  const ride = useMemo(() => {
    if (device === undefined || !tracks.data || !summary.data) return undefined
    const columns = tracks.data.tracks.find((track) => track.device === device) ?? NO_FIXES
    const track = buildTrack(columns, gapsOf(summary.data))
    return { device, track, summary: summary.data, toleranceM: tracks.data.toleranceM }
  }, [device, tracks.data, summary.data])
  return { ride, failure: failureOf(tracks, summary) }
}

export type Replay =
  | { state: 'unasked' }
  /** With how far it has come, where that takes several questions. */
  | { state: 'loading'; progress?: TracksProgress }
  | ({ state: 'failed' } & Failure)
  | { state: 'empty' }
  | {
      state: 'ready'
      player: Player
      /** All that are replayed together; none where it is one alone. */
      patrols: readonly Patrol[]
      focus: AskedRide
    }

/** Reads what the address asks for and makes it playable. */
export function useReplay(
  device: string | undefined,
  devices: Asked | undefined,
  range: Range | undefined,
): Replay {
  const focus = useRide(device, range)
  const together = devices ?? NOBODY
  const known = range ?? NOWHEN
  const asked = (device !== undefined || together === ALL) && range !== undefined
  const beside = useQuery({
    ...fittingTracksQuery(together, known, BESIDE_DETAIL),
    enabled: asked && together.length > 0,
  })
  const { data: progress } = useQuery(tracksProgressQuery(together, known, BESIDE_DETAIL))
  const patrols = useMemo(() => patrolsOf(together, beside.data?.tracks ?? []), [together, beside.data])
  const settled = together.length > 0 ? beside.isSuccess : focus.ride !== undefined
  const firstMs = together.length > 0 ? earliestMs(patrols) : focus.ride?.track.timeMs[0]
  // The clock goes on while the focus moves from one patrol to another.
  const whose = together === ALL ? ALL : together.join() || (device ?? '')
  const player = usePlayer(settled, whose, known, firstMs)

  if (!asked) return { state: 'unasked' }
  if (together.length > 0 && beside.isError)
    return { state: 'failed', error: beside.error, retry: () => void beside.refetch() }
  if (together.length === 0 && focus.failure) return { state: 'failed', ...focus.failure }
  if (!player) return { state: 'loading', ...(progress && progress.total > ONE_QUESTION ? { progress } : {}) }
  if (together.length > 0 ? patrols.length === 0 : focus.ride?.track.count === 0) return { state: 'empty' }
  return { state: 'ready', player, patrols, focus }
}

/** @param whose a change of it begins anew. @param firstMs where it begins unless the address says. */
export function usePlayer(
  settled: boolean,
  whose: string,
  { fromMs, toMs }: Span,
  firstMs: number | undefined,
): Player | undefined {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another answer to the same question must not stop the clock
  const player = useMemo(() => {
    if (!settled) return undefined
    const { atMs, speed } = screenState()
    return new Player({ fromMs, toMs }, atMs ?? firstMs ?? fromMs, speed)
  }, [settled, whose, fromMs, toMs])
  useEffect(() => () => player?.stop(), [player])
  return player
}

function failureOf(...queries: { error: unknown; refetch: () => unknown }[]): Failure | undefined {
  const failed = queries.find(({ error }) => error)
  if (!failed) return undefined
  return { error: failed.error, retry: () => queries.forEach(({ refetch }) => void refetch()) }
}

const earliestMs = (patrols: readonly Patrol[]): number | undefined =>
  patrols.length > 0 ? Math.min(...patrols.map(({ track }) => track.timeMs[0]!)) : undefined

const NONE = new Float64Array(0)
const NO_FIXES = {
  timeMs: NONE,
  lat: NONE,
  lon: NONE,
  speedMps: NONE,
  courseDeg: NONE,
  satellites: NONE,
  hdop: NONE,
  accuracyM: NONE,
}
