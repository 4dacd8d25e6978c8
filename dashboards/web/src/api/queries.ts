import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { Case, Device } from '../../../../proto/http.ts'
import {
  fetchCase,
  fetchCases,
  fetchComponents,
  fetchCoverage,
  fetchDevices,
  fetchGatewayHealth,
  fetchGrids,
  fetchSettings,
  fetchStreets,
  fetchSummary,
  type Range,
} from './client.ts'

/** What the page keeps of the hub's answers, under which key, and how long it counts as fresh. */

const REGISTER_FRESH_MS = 10 * 60_000

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => fetchSettings(signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Polled as well: what the live stream does not say (a device seen for the first time, `lastSeen`) comes from here. */
export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: ({ signal }) => fetchDevices(signal),
  refetchInterval: 30_000,
})

/** Ids of those that have ever had a place. */
export const idsWithTracks = ({ devices }: { devices: readonly Device[] }): string[] =>
  devices.filter(({ lastFix }) => lastFix).map(({ id }) => id)

/** Of the gateway that carries the device. */
export const gatewayHealthQuery = (device: string) =>
  queryOptions({
    queryKey: ['gateway-health', device],
    queryFn: ({ signal }) => fetchGatewayHealth(device, signal),
    refetchInterval: 30_000,
  })

export const gridsQuery = queryOptions({
  queryKey: ['grids'],
  queryFn: ({ signal }) => fetchGrids(signal),
  staleTime: REGISTER_FRESH_MS,
})

export const streetsQuery = queryOptions({
  queryKey: ['streets'],
  queryFn: ({ signal }) => fetchStreets(signal),
  staleTime: REGISTER_FRESH_MS,
})

export const componentsQuery = queryOptions({
  queryKey: ['components'],
  queryFn: ({ signal }) => fetchComponents(signal),
  staleTime: REGISTER_FRESH_MS,
})

export const summaryQuery = (device: string, range: Range) =>
  queryOptions({
    queryKey: ['summary', device, range.fromMs, range.toMs],
    queryFn: ({ signal }) => fetchSummary(device, range, signal),
    staleTime: freshMs(range),
  })

export const coverageQuery = (grid: string, range: Range) =>
  queryOptions({
    queryKey: ['coverage', grid, range.fromMs, range.toMs],
    queryFn: ({ signal }) => fetchCoverage(grid, range, signal),
    staleTime: freshMs(range),
  })

export const casesQuery = (which: 'open' | 'all') =>
  queryOptions({
    queryKey: ['cases', which],
    queryFn: ({ signal }) => fetchCases(which === 'open', signal),
    refetchInterval: 60_000,
  })

export const caseQuery = (id: string) =>
  queryOptions({ queryKey: ['case', id], queryFn: ({ signal }) => fetchCase(id, signal) })

/** A range that lies behind us does not change, but late batches of a gateway that was offline still arrive. */
export function freshMs(range: Range): number {
  return range.toMs < Date.now() - 60_000 ? 5 * 60_000 : 20_000
}

/**
 * Puts a case that the live stream told into the kept lists.
 * @returns whether it is open and was not known before (false while the lists are not loaded: nothing is news then).
 */
export function noteCase(client: QueryClient, told: Case): boolean {
  const open = client.getQueryData(casesQuery('open').queryKey)
  const known = open === undefined || open.cases.some(({ id }) => id === told.id)
  const others = (cases: Case[]) => cases.filter(({ id }) => id !== told.id)
  client.setQueryData(
    casesQuery('open').queryKey,
    (kept) => kept && { cases: told.open ? [told, ...others(kept.cases)] : others(kept.cases) },
  )
  client.setQueryData(casesQuery('all').queryKey, (kept) => {
    if (!kept) return kept
    const place = kept.cases.findIndex(({ id }) => id === told.id)
    return { cases: place < 0 ? [told, ...kept.cases] : kept.cases.with(place, told) }
  })
  void client.invalidateQueries({ queryKey: caseQuery(told.id).queryKey })
  return told.open && !known
}
