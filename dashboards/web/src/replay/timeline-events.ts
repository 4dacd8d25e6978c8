import type { Case } from '../../../../proto/http.ts'
import type { Finding } from '../../../../proto/patrol-http.ts'
import type { Language } from '../url-state.ts'
import { nearestFix } from './position.ts'
import type { Span, Track } from './track.ts'

/** What stands on the timeline: cases that came up near the track, and findings of the checks. */

export interface TimelineEvent {
  key: string
  kind: 'case' | 'finding'
  timeMs: number
  /** Of a finding that lasts. */
  toMs?: number
  text: string
  caseId?: string
}

/** As far as an inspector on the way would have been sent to look. */
export const NEAR_CASE_M = 300

export function timelineEvents(
  device: string,
  track: Track,
  range: Span,
  cases: readonly Case[],
  findings: readonly Finding[],
  language: Language,
): TimelineEvent[] {
  const during = (timeMs: number) => timeMs >= range.fromMs && timeMs <= range.toMs
  const near = ({ position, gateway }: Case) =>
    gateway === device ||
    (position !== undefined && nearestFix(track, position.lat, position.lon, NEAR_CASE_M) !== undefined)
  const raised = cases
    .map((one) => ({ one, timeMs: Date.parse(one.raised) }))
    .filter(({ one, timeMs }) => during(timeMs) && near(one))
    .map(
      ({ one, timeMs }): TimelineEvent => ({
        key: one.id,
        kind: 'case',
        timeMs,
        text: [one.faultName[language], one.componentName].filter(Boolean).join(' · '),
        caseId: one.id,
      }),
    )
  const found = findings.map(
    (finding): TimelineEvent => ({
      key: finding.id,
      kind: 'finding',
      timeMs: Math.max(range.fromMs, Date.parse(finding.from)),
      toMs: Math.min(range.toMs, Date.parse(finding.to)),
      text: finding.text[language],
    }),
  )
  return [...raised, ...found.filter(({ timeMs }) => during(timeMs))].sort((a, b) => a.timeMs - b.timeMs)
}
