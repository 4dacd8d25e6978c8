import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import {
  COVERAGE_POLICIES,
  type CoveragePolicy,
  type Policy,
  type ShiftReport,
} from '../../../../proto/patrol-http.ts'
import { policyTextQuery, shiftReportQuery } from '../api/patrol.ts'
import { gridsQuery, streetsQuery, summaryQuery } from '../api/queries.ts'
import { tracksQuery } from '../api/tracks.ts'
import { gridsOfBeat } from '../patrol-coverage/grid-tree.ts'
import { trackPieces } from '../shifts/track-pieces.ts'
import { type Picture, pictureOf, type TimelineRow, timelineOf } from './report-model.ts'

/** Everything that the report says, gathered from the hub. */

/** A line on paper is thicker than this. */
const TOLERANCE_M = 3

export interface PatrolReport {
  report: ShiftReport
  picture: Picture | undefined
  timeline: { rows: TimelineRow[]; left: number }
  policies: Partial<Record<CoveragePolicy, Policy>>
  madeMs: number
}

type AskedReport =
  | { state: 'loading' }
  | { state: 'failed'; error: unknown; retry: () => void }
  | { state: 'ready'; report: PatrolReport }

const NOWHEN = { fromMs: 0, toMs: 0 }

export function useReport(id: string): AskedReport {
  const asked = useQuery(shiftReportQuery(id))
  const { shift } = asked.data ?? {}
  const enabled = shift !== undefined
  const range = useMemo(
    () => (shift ? { fromMs: Date.parse(shift.from), toMs: Date.parse(shift.to) } : NOWHEN),
    [shift],
  )
  const device = shift?.device ?? ''
  const summary = useQuery({ ...summaryQuery(device, range), enabled })
  const tracks = useQuery({ ...tracksQuery([device], range, TOLERANCE_M), enabled })
  const grids = useQuery(gridsQuery)
  const streets = useQuery(streetsQuery)
  const beat = useMemo(() => gridsOfBeat(grids.data?.features ?? [], shift?.grids ?? []), [grids.data, shift])
  // Any grid of the beat will do.
  const unit = beat[0]?.properties.code
  const policies = usePolicyTexts(unit)

  const parts = [asked, summary, tracks, grids, streets]
  const failed = parts.find(({ isError }) => isError)
  const made = useMemo(() => {
    if (!asked.data || !summary.data || !tracks.data || !grids.data || !streets.data) return undefined
    const { stops, gaps } = summary.data
    const spans = gaps.map(({ from, to }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) }))
    const [track] = tracks.data
    return {
      report: asked.data,
      timeline: timelineOf(stops, gaps),
      picture: pictureOf({
        pieces: track ? trackPieces(track, spans) : { lines: [], gaps: [] },
        beat,
        streets: streets.data.features,
        stops,
        findings: asked.data.findings,
      }),
      madeMs: asked.dataUpdatedAt,
    }
  }, [asked.data, asked.dataUpdatedAt, summary.data, tracks.data, grids.data, streets.data, beat])

  if (failed)
    return { state: 'failed', error: failed.error, retry: () => parts.forEach((part) => void part.refetch()) }
  // The texts may come late or not at all: the figures are there without them.
  if (!made || policies === undefined) return { state: 'loading' }
  return { state: 'ready', report: { ...made, policies } }
}

/** The text of each policy; empty without a grid to ask about, undefined while they are on their way. */
function usePolicyTexts(unit: string | undefined): Partial<Record<CoveragePolicy, Policy>> | undefined {
  const asked = useQueries({
    queries: COVERAGE_POLICIES.map((policy) => ({
      ...policyTextQuery(policy, unit ?? ''),
      enabled: unit !== undefined,
    })),
  })
  if (unit !== undefined && asked.some(({ isPending }) => isPending)) return undefined
  return Object.fromEntries(
    asked.flatMap(({ data }, place) => (data ? [[COVERAGE_POLICIES[place], data.policy]] : [])),
  )
}
