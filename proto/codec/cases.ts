import type { CaseEvent, CaseReport, Evidence, ManualReport, Position } from '../domain.ts'
import { MAX_NOTE_LENGTH, MAX_PHOTOS } from '../domain.ts'
import {
  checkedCaseId,
  checkedComponent,
  checkedCount,
  checkedFinite,
  checkedLatE7,
  checkedLonE7,
  checkedNumberIn,
  checkedOptionalText,
  checkedText,
  checkedTimeMs,
} from './checks.ts'
import { refuse } from './decode-error.ts'
import { CaseReportType } from './schema.ts'
import { decodeTimeSource, encodeTimeSource } from './time-source.ts'

const MAX_SAMPLES = 256
const MAX_CONTEXT = 32
const EVENTS: (CaseEvent | undefined)[] = [undefined, 'raised', 'updated', 'cleared']
const POSITION_SOURCES: (Position['source'] | undefined)[] = [undefined, 'survey', 'fix', 'hand']

export interface CaseReportMessage {
  caseId: string
  event: number
  revision: number
  component: string
  fault: string
  episode: number
  timeMs: unknown
  raisedMs: unknown
  timeSource: number
  position: { latE7: number; lonE7: number; source: number } | null
  evidence: {
    metric: string
    rule: string
    raise: number
    clear: number
    holdMs: number
    samples: { timeMs: unknown; value: number }[]
    suppressed: number
    context: Record<string, number>
    subject: string
  } | null
  manual: ManualMessage | null
}

interface ManualMessage {
  note: string
  photos: number
  by: string
}

/** @throws RangeError for a report that the hub would refuse for what a person wrote, or for what is missing. */
export function encodeCaseReport(report: CaseReport): Uint8Array {
  const { position, evidence } = report
  assertOneReason(report)
  return CaseReportType.encode(
    CaseReportType.fromObject({
      ...report,
      event: EVENTS.indexOf(report.event),
      timeMs: Math.round(report.timeMs),
      raisedMs: Math.round(report.raisedMs),
      timeSource: encodeTimeSource(report.timeSource),
      position: position && {
        latE7: Math.round(position.lat * 1e7),
        lonE7: Math.round(position.lon * 1e7),
        source: POSITION_SOURCES.indexOf(position.source),
      },
      evidence: evidence && {
        ...evidence,
        samples: evidence.samples.map((s) => ({ timeMs: Math.round(s.timeMs), value: s.value })),
      },
    }),
  ).finish()
}

/** @throws DecodeError */
export function decodeCaseReport(message: CaseReportMessage): CaseReport {
  const event = EVENTS[message.event] ?? refuse('bad-value', `case event ${message.event}`)
  if (message.revision < 1) refuse('bad-value', `case revision ${message.revision}, expected from 1`)
  if (message.episode < 1) refuse('bad-value', `case episode ${message.episode}, expected from 1`)
  const report: CaseReport = {
    caseId: checkedCaseId(message.caseId, 'case id'),
    event,
    revision: message.revision,
    fault: checkedFault(message.fault),
    episode: message.episode,
    timeMs: checkedTimeMs(message.timeMs, 'case time'),
    raisedMs: checkedTimeMs(message.raisedMs, 'case raise time'),
    timeSource: decodeTimeSource(message.timeSource),
  }
  if (message.component !== '' || !message.manual)
    report.component = checkedComponent(message.component, 'case component')
  if (message.position) report.position = decodePosition(message.position)
  if (message.evidence) report.evidence = decodeEvidence(message.evidence)
  if (message.manual) report.manual = decodeManual(message.manual)
  if (report.evidence && report.manual) refuse('bad-value', 'case evidence and manual report: expected one')
  if (!report.evidence && !report.manual) refuse('missing-field', 'case evidence or manual report')
  return report
}

/** What the type of a report cannot say, checked before it becomes durable at the gateway. */
function assertOneReason({ caseId, component, evidence, manual }: CaseReport): void {
  if ((evidence === undefined) === (manual === undefined))
    throw new RangeError(`case ${caseId}: expected either evidence or a manual report`)
  if (component === undefined && !manual)
    throw new RangeError(`case ${caseId}: no component, which only a manual report may lack`)
  if (!manual) return
  try {
    if (component !== undefined) checkedComponent(component, 'component')
    decodeManual({ ...manual, by: manual.by ?? '' })
  } catch (error) {
    throw new RangeError(`case ${caseId}: ${(error as Error).message}`)
  }
}

function decodeManual(message: ManualMessage): ManualReport {
  const { note, photos, by } = message
  // A note is prose, so it may have lines; otherwise it is checked like any other text.
  checkedOptionalText(note.replaceAll('\n', ' '), 'case note', MAX_NOTE_LENGTH)
  const manual: ManualReport = {
    note,
    photos: checkedNumberIn(photos, 0, MAX_PHOTOS, 'number of photos'),
  }
  if (by !== '') manual.by = checkedOptionalText(by, 'reporter', 64)
  return manual
}

function checkedFault(fault: string): string {
  checkedText(fault, 'case fault', 64)
  if (!/^[a-z][a-z0-9_]*$/.test(fault))
    refuse('bad-value', `fault ${JSON.stringify(fault)}: expected a name like cover_tilted`)
  return fault
}

function decodePosition(message: NonNullable<CaseReportMessage['position']>): Position {
  return {
    lat: checkedLatE7(message.latE7, 'case position') / 1e7,
    lon: checkedLonE7(message.lonE7, 'case position') / 1e7,
    source: POSITION_SOURCES[message.source] ?? refuse('bad-value', `position source ${message.source}`),
  }
}

function decodeEvidence(message: NonNullable<CaseReportMessage['evidence']>): Evidence {
  checkedCount(message.samples, MAX_SAMPLES, 'evidence samples')
  const evidence: Evidence = {
    metric: checkedText(message.metric, 'evidence metric', 64),
    rule: checkedText(message.rule, 'evidence rule', 64),
    raise: checkedFinite(message.raise, 'raise threshold'),
    clear: checkedFinite(message.clear, 'clear threshold'),
    holdMs: message.holdMs,
    samples: message.samples.map((sample) => ({
      timeMs: checkedTimeMs(sample.timeMs, 'sample time'),
      value: checkedFinite(sample.value, 'sample value'),
    })),
    suppressed: message.suppressed,
  }
  const context = decodeContext(message.context)
  if (Object.keys(context).length > 0) evidence.context = context
  if (message.subject !== '') evidence.subject = checkedOptionalText(message.subject, 'evidence subject', 64)
  return evidence
}

function decodeContext(context: Record<string, number>): Record<string, number> {
  const entries = Object.entries(context)
  checkedCount(entries, MAX_CONTEXT, 'evidence context')
  for (const [name, value] of entries) {
    // Names like __proto__ have no place in an object.
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
      refuse(
        'bad-value',
        `evidence context ${JSON.stringify(name.slice(0, 80))}: expected a name like sun_deg`,
      )
    checkedFinite(value, `evidence ${name}`)
  }
  return Object.fromEntries(entries)
}
