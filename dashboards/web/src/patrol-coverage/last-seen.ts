import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Range } from '../api/client.ts'
import { roadQuery } from '../api/patrol.ts'
import { fetchTracks } from '../api/tracks.ts'
import { offLineM, pointsOf } from './street-parts.ts'

/** When something was seen last, and by whom where that is known. */
export interface LastSeen {
  atMs: number
  device?: string
}

/** As far back as a question may reach that is asked at a click. */
export const BACK_DAYS = 7
const DAY_MS = 86_400_000
const AROUND_MS = 45_000

/**
 * Who was last at a street part before the end of the range, up to a week back; null: nobody. The hub says when;
 * who it was is the device whose track at that moment lies nearest the street.
 */
export function useLastSeenPart(part: string, grid: string, range: Range) {
  const client = useQueryClient()
  return useQuery({
    queryKey: ['last-seen-part', part, grid, range.toMs],
    queryFn: ({ signal }) => lastSeenPart(client, part, grid, range, signal),
    staleTime: 60_000,
  })
}

async function lastSeenPart(
  client: QueryClient,
  part: string,
  grid: string,
  range: Range,
  signal: AbortSignal,
): Promise<LastSeen | null> {
  const week = { fromMs: Math.min(range.fromMs, range.toMs - BACK_DAYS * DAY_MS), toMs: range.toMs }
  for (const span of [range, week]) {
    const { parts, devices } = await client.fetchQuery(roadQuery(grid, span))
    const found = parts?.find((one) => one.part === part)
    if (found?.lastSeen === undefined) continue
    const atMs = Date.parse(found.lastSeen)
    const device = await deviceAt(devices, found.line, atMs, signal)
    return device === undefined ? { atMs } : { atMs, device }
  }
  return null
}

async function deviceAt(
  devices: readonly string[],
  line: readonly number[],
  atMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (devices.length === 0) return undefined
  const tracks = await fetchTracks(devices, { fromMs: atMs - AROUND_MS, toMs: atMs + AROUND_MS }, 0, signal)
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
