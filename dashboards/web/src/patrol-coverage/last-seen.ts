import { type QueryClient, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { lastSeenQuery } from '../api/patrol.ts'
import { coverageQuery } from '../api/queries.ts'
import { fetchTracks } from '../api/tracks.ts'
import { offLineM, pointsOf } from './street-parts.ts'

/** When something was seen last, and by whom where that is known. */
export interface LastSeen {
  atMs: number
  device?: string
}

/** What is asked about: where it lies, and its name in the hub's register of what was seen when, where it is in it. */
export interface Sought {
  grid: string
  part?: string
  component?: string
  /** Longitude and latitude by turns; of what is no line, one pair. */
  line: readonly number[]
  /** Where it is known already. */
  known?: LastSeen | undefined
}

/** `seen` null: never in what is kept, which begins at `sinceMs`. */
export interface LastSeenAnswered {
  seen: LastSeen | null
  sinceMs?: number
}

const AROUND_MS = 45_000

/** When the hub does not say who it was: the device whose track at that moment lies nearest. */
export function useLastSeen(sought: Sought): UseQueryResult<LastSeenAnswered> {
  const client = useQueryClient()
  const { grid, part, component, line, known } = sought
  return useQuery({
    queryKey: ['who-was-last', grid, part, component, line.slice(0, 2), known],
    queryFn: ({ signal }) => findLastSeen(client, sought, signal),
    staleTime: 30_000,
  })
}

async function findLastSeen(
  client: QueryClient,
  { grid, part, component, line, known }: Sought,
  signal: AbortSignal,
): Promise<LastSeenAnswered> {
  if (known?.device !== undefined) return { seen: known }
  let atMs = known?.atMs
  if (atMs === undefined) {
    const { parts, components, since } = await client.fetchQuery(lastSeenQuery(grid))
    const one =
      part === undefined
        ? components.find(({ code }) => code === component)
        : parts.find((each) => each.part === part)
    if (one?.lastSeen === undefined)
      return { seen: null, ...(since === undefined ? {} : { sinceMs: Date.parse(since) }) }
    atMs = Date.parse(one.lastSeen)
  }
  const device = await deviceAt(client, grid, line, atMs, signal)
  return { seen: device === undefined ? { atMs } : { atMs, device } }
}

async function deviceAt(
  client: QueryClient,
  grid: string,
  line: readonly number[],
  atMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const around = { fromMs: atMs - AROUND_MS, toMs: atMs + AROUND_MS }
  const { devices } = await client.fetchQuery(coverageQuery(grid, around))
  if (devices.length === 0) return undefined
  const tracks = await fetchTracks(devices, around, 0, signal)
  const points = pointsOf(line)
  let nearest: { device: string; offM: number } | undefined
  for (const { device, timeMs, lat, lon } of tracks) {
    const row = nearestRow(timeMs, atMs)
    if (row === undefined) continue
    const offM = offLineM(points, lon[row]!, lat[row]!)
    if (!nearest || offM < nearest.offM) nearest = { device, offM }
  }
  return nearest?.device
}

function nearestRow(timeMs: ArrayLike<number>, atMs: number): number | undefined {
  let nearest: number | undefined
  for (let row = 0; row < timeMs.length; row++)
    if (nearest === undefined || Math.abs(timeMs[row]! - atMs) < Math.abs(timeMs[nearest]! - atMs))
      nearest = row
  return nearest
}
