import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Beats,
  ComponentCoverage,
  type CoveragePolicy,
  CoverageRollUp,
  LastSeenAnswer,
  type LiveCoverage,
  MissedAnswer,
  Policy,
  RoadCoverage,
  Round,
  Shift,
  type ShiftPlan,
  ShiftReport,
  Shifts,
  type UNSEEN_KINDS,
  VisitCoverage,
} from '../../../../proto/patrol-http.ts'
import { during, get, type Range, send } from './client.ts'
import { freshMs } from './queries.ts'

/**
 * What the page asks the hub about patrols: coverage by policy, shifts, what was missed. As in client.ts, every
 * failure is a HubError.
 */

const span = (range: Range) => [range.fromMs, range.toMs]

export const rollUpQuery = (policy: CoveragePolicy, grid: string, range: Range) =>
  queryOptions({
    queryKey: ['roll-up', policy, grid, ...span(range)],
    queryFn: ({ signal }) =>
      get('/coverage/roll-up', CoverageRollUp, { ...during(range), grid, policy }, signal),
    staleTime: freshMs(range),
  })

export const roadQuery = (grid: string, range: Range) =>
  queryOptions({
    queryKey: ['road-coverage', grid, ...span(range)],
    queryFn: ({ signal }) =>
      get('/coverage', RoadCoverage, { ...during(range), grid, policy: 'road' }, signal),
    staleTime: freshMs(range),
  })

export const componentPassQuery = (grid: string, range: Range) =>
  queryOptions({
    queryKey: ['component-coverage', grid, ...span(range)],
    queryFn: ({ signal }) =>
      get('/coverage', ComponentCoverage, { ...during(range), grid, policy: 'components' }, signal),
    staleTime: freshMs(range),
  })

export const visitsQuery = (grid: string, range: Range) =>
  queryOptions({
    queryKey: ['visit-coverage', grid, ...span(range)],
    queryFn: ({ signal }) =>
      get('/coverage', VisitCoverage, { ...during(range), grid, policy: 'visits' }, signal),
    staleTime: freshMs(range),
  })

/** What one device saw of a unit grid. */
export const shareOfDeviceQuery = (policy: CoveragePolicy, grid: string, range: Range, device: string) =>
  queryOptions({
    queryKey: ['share-of-device', policy, grid, device, ...span(range)],
    queryFn: ({ signal }) =>
      get('/coverage/roll-up', CoverageRollUp, { ...during(range), grid, policy, devices: device }, signal),
    staleTime: freshMs(range),
  })

/** A policy's text stands in each of its answers, whatever they are about: a second of nothing costs the hub least. */
export const policyTextQuery = (policy: CoveragePolicy, grid: string) =>
  queryOptions({
    queryKey: ['policy-text', policy],
    queryFn: ({ signal }) =>
      get(
        '/coverage',
        z.object({ policy: Policy }),
        { ...during({ fromMs: 0, toMs: 1000 }), grid, policy },
        signal,
      ),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** When the street parts and components of a unit grid were seen last. */
export const lastSeenQuery = (grid: string) =>
  queryOptions({
    queryKey: ['last-seen', grid],
    queryFn: ({ signal }) => get('/last-seen', LastSeenAnswer, { grid }, signal),
    staleTime: 30_000,
  })

/** Shifts that overlap the range. */
export const shiftsQuery = (range: Range) =>
  queryOptions({
    queryKey: ['shifts', ...span(range)],
    queryFn: ({ signal }) => get('/shifts', Shifts, during(range), signal),
    refetchInterval: 60_000,
  })

export const shiftQuery = (id: string) =>
  queryOptions({
    queryKey: ['shift', id],
    queryFn: ({ signal }) => get(`/shifts/${encodeURIComponent(id)}`, Shift, {}, signal),
  })

export const shiftReportQuery = (id: string) =>
  queryOptions({
    queryKey: ['shift-report', id],
    queryFn: ({ signal }) => get(`/shifts/${encodeURIComponent(id)}/report`, ShiftReport, {}, signal),
    staleTime: 60_000,
  })

export const beatsQuery = queryOptions({
  queryKey: ['beats'],
  queryFn: ({ signal }) => get('/beats', Beats, {}, signal),
  staleTime: 60_000,
})

export const missedQuery = (asked: {
  grid?: string
  kind?: (typeof UNSEEN_KINDS)[number]
  atMs?: number
  limit: number
}) =>
  queryOptions({
    queryKey: ['missed', asked.grid, asked.kind, asked.atMs, asked.limit],
    queryFn: ({ signal }) => {
      const { grid, kind, atMs, limit } = asked
      const at = atMs === undefined ? undefined : new Date(atMs).toISOString()
      return get('/missed', MissedAnswer, { grid, kind, at, limit }, signal)
    },
    staleTime: 60_000,
  })

/** A round that the hub suggests for the rest of a running shift, from where its device was last. */
export const roundQuery = (shift: string) =>
  queryOptions({
    queryKey: ['round', shift],
    queryFn: ({ signal }) => get(`/shifts/${encodeURIComponent(shift)}/round`, Round, {}, signal),
    staleTime: 60_000,
  })

/** What the live stream said last of each running shift; nothing is asked for. */
export const liveCoverageQuery = (shift: string) =>
  queryOptions({
    queryKey: ['live-coverage', shift],
    queryFn: (): Promise<LiveCoverage | null> => Promise.resolve(null),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })

export function noteLiveCoverage(client: QueryClient, told: LiveCoverage): void {
  client.setQueryData(liveCoverageQuery(told.shift).queryKey, told)
}

export const createShift = (plan: ShiftPlan) => send('POST', '/shifts', Shift, plan)

export const changeShift = (id: string, plan: ShiftPlan) =>
  send('PUT', `/shifts/${encodeURIComponent(id)}`, Shift, plan)

/** The hub answers nothing (204) or whatever it likes to a deletion that was done. */
export const deleteShift = (id: string) => send('DELETE', `/shifts/${encodeURIComponent(id)}`, z.unknown())
