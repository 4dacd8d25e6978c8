import { queryOptions, skipToken } from '@tanstack/react-query'
import { Findings, Heat } from '../../../../proto/patrol-http.ts'
import {
  type AnsweredTrack,
  decodeTracks,
  FrameDamaged,
  frameToleranceM,
  TRACK_COLUMNS_TYPE,
} from '../../../../proto/track-columns.ts'
import { ALL } from '../url-state.ts'
import { API, during, get, type Range, refusal } from './client.ts'
import { HubError } from './hub-error.ts'
import { devicesQuery, freshMs, idsWithTracks } from './queries.ts'

/** Tracks as typed arrays, and what lies beside them in time: no JSON is made of a fix. */

/** Typed arrays of a range that nobody looks at any more are large. */
const KEPT_MS = 30_000
/** Ids of 64 characters, and still an address that every proxy lets pass. */
const DEVICES_A_REQUEST = 100

/**
 * How much is asked for: every fix but those within so many metres of what the others say (0: every fix), or as little
 * thinned as so many fixes hold.
 */
export type Detail = { toleranceM: number } | { maxFixes: number }

export interface Tracks {
  /** One a device, in any order. */
  tracks: AnsweredTrack[]
  /** How far a left-out fix may lie from what the others say, m; 0: none was left out. */
  toleranceM: number
}

/** One track a device. @param toleranceM - as in Detail. @throws HubError */
export const fetchTracks = async (
  devices: readonly string[],
  range: Range,
  toleranceM: number,
  signal?: AbortSignal,
): Promise<AnsweredTrack[]> => (await askTracks(devices, range, { toleranceM }, { signal })).tracks

async function askTracks(
  devices: readonly string[],
  range: Range,
  detail: Detail,
  { signal, tell }: { signal?: AbortSignal | undefined; tell?: (progress: TracksProgress) => void },
): Promise<Tracks> {
  const whole: Tracks = { tracks: [], toleranceM: 0 }
  for (let first = 0; first < devices.length; first += DEVICES_A_REQUEST) {
    const some = devices.slice(first, first + DEVICES_A_REQUEST)
    const share = some.length / devices.length
    const amount =
      'maxFixes' in detail
        ? { maxFixes: Math.round(detail.maxFixes * share) }
        : { toleranceM: detail.toleranceM }
    const query = new URLSearchParams(
      Object.entries({ ...during(range), devices: some.join(','), ...amount }).map(([name, value]) => [
        name,
        String(value),
      ]),
    )
    tell?.({ done: first, total: devices.length })
    const part = await fetchColumns(`/tracks?${query}`, signal)
    whole.tracks.push(...part.tracks)
    whole.toleranceM = Math.max(whole.toleranceM, part.toleranceM)
  }
  return whole
}

async function fetchColumns(path: string, signal: AbortSignal | undefined): Promise<Tracks> {
  let response: Response
  let bytes: Uint8Array
  try {
    response = await fetch(`${API}${path}`, {
      headers: { accept: TRACK_COLUMNS_TYPE },
      ...(signal ? { signal } : {}),
    })
    if (!response.ok) throw refusal(response, await response.json().catch(() => undefined))
    bytes = new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    if (error instanceof HubError || signal?.aborted) throw error
    throw new HubError('unreachable', error instanceof Error ? error.message : String(error))
  }
  try {
    return { tracks: decodeTracks(bytes), toleranceM: frameToleranceM(bytes) }
  } catch (error) {
    if (!(error instanceof FrameDamaged)) throw error
    throw new HubError('malformed', `${API}/tracks: ${error.message}`)
  }
}

export const tracksQuery = (devices: readonly string[], range: Range, toleranceM: number) =>
  queryOptions({
    queryKey: ['tracks', devices.join(','), range.fromMs, range.toMs, toleranceM],
    queryFn: ({ signal }) => fetchTracks(devices, range, toleranceM, signal),
    ...kept(range),
  })

/** Whose tracks are asked for: of all devices those with a fix in the range answer. */
export type Asked = readonly string[] | typeof ALL

const keyOf = (devices: Asked, range: Range, detail: Detail) => [
  'fitting-tracks',
  devices === ALL ? ALL : devices.join(','),
  range.fromMs,
  range.toMs,
  detail,
]

/** With how far they are thinned, which the hub chooses. */
export const fittingTracksQuery = (devices: Asked, range: Range, detail: Detail) =>
  queryOptions({
    queryKey: keyOf(devices, range, detail),
    queryFn: async ({ signal, client }) => {
      // The list that the live session keeps, as it is by now.
      const ids = devices === ALL ? idsWithTracks(await client.fetchQuery(devicesQuery)) : devices
      const tell = (progress: TracksProgress) =>
        client.setQueryData(tracksProgressQuery(devices, range, detail).queryKey, progress)
      return askTracks(ids, range, detail, { signal, tell })
    },
    ...kept(range),
  })

/** How far a question for many tracks has come, devices. */
export interface TracksProgress {
  done: number
  total: number
}

/** Told while `fittingTracksQuery` of the same is under way; nothing is asked for it. */
export const tracksProgressQuery = (devices: Asked, range: Range, detail: Detail) =>
  queryOptions<TracksProgress>({
    queryKey: ['progress', ...keyOf(devices, range, detail)],
    queryFn: skipToken,
    gcTime: KEPT_MS,
  })

const kept = (range: Range) => ({ staleTime: freshMs(range), gcTime: KEPT_MS, structuralSharing: false })

/** What the checks found of one device; a hub without checks has found nothing. */
export const findingsQuery = (device: string, range: Range) =>
  queryOptions({
    queryKey: ['findings', device, range.fromMs, range.toMs],
    queryFn: async ({ signal }) => {
      try {
        return (await get('/findings', Findings, { ...during(range), device }, signal)).findings
      } catch (error) {
        if (error instanceof HubError && error.status === 404) return []
        throw error
      }
    },
    staleTime: freshMs(range),
  })

export const heatQuery = (range: Range, devices: readonly string[]) =>
  queryOptions({
    queryKey: ['heat', range.fromMs, range.toMs, devices.join(',')],
    queryFn: ({ signal }) =>
      get(
        '/heat',
        Heat,
        { ...during(range), devices: devices.length > 0 ? devices.join(',') : undefined },
        signal,
      ),
    staleTime: freshMs(range),
    gcTime: KEPT_MS,
  })
