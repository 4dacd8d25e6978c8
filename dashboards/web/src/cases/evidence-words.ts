import type { EvidenceJson } from '../../../../proto/http.ts'
import type { Quantities } from '../i18n/quantities.ts'
import type { Messages } from '../i18n/zh.ts'
import { unitOf } from './metric.ts'

/** Why a case was raised, in words: the rule's thresholds and hold, and what else the verdict rests on. */

interface Wording {
  t: Messages
  q: Quantities
}

/** In the order of their weight; whatever else there is follows by name. */
const FIRST = ['background_deg', 'sun_deg', 'light_lux', 'mains_v', 'members_total', 'lowest', 'highest']

export function metricName(metric: string, { t }: Pick<Wording, 't'>): string {
  return t.cases.metrics[metric] ?? metric
}

/** A value as people read it: four digits, its unit, seconds as a duration. */
export function measured(value: number, unit: string, { q }: Pick<Wording, 'q'>): string {
  if (unit === 's' && value >= 0) return q.duration(value)
  const rounded = Number(value.toPrecision(4))
  const digits = Math.min((String(rounded).split('.')[1] ?? '').length, 6)
  return `${q.number(rounded, digits)}${unit === '' || unit === '°' ? unit : ` ${unit}`}`
}

/** `倾角达到 15° 或以上并持续 5 秒即报警，回到 8° 或以下即恢复。` */
export function ruleText({ metric, raise, clear, holdMs }: EvidenceJson, words: Wording): string {
  const { t, q } = words
  const unit = unitOf(metric)
  const hold = holdMs > 0 ? q.duration(holdMs / 1000) : undefined
  if (raise === clear) return t.cases.ruleRange(metricName(metric, words), hold)
  return t.cases.ruleThreshold({
    quantity: metricName(metric, words),
    tooHigh: raise > clear,
    raise: measured(raise, unit, words),
    clear: measured(clear, unit, words),
    hold,
  })
}

interface EvidenceRow {
  key: string
  label: string
  value: string
}

export function evidenceRows(evidence: EvidenceJson, words: Wording): EvidenceRow[] {
  const { t } = words
  const { subject, suppressed, context = {} } = evidence
  const { flaps = 0, ...others } = context
  const names = Object.keys(others).toSorted((a, b) => weight(a) - weight(b) || a.localeCompare(b))
  const rows: EvidenceRow[] = names.map((name) => ({
    key: name,
    label: t.cases.context[name] ?? metricName(name, words),
    value: measured(others[name]!, contextUnit(name, evidence), words),
  }))
  if (subject !== undefined)
    rows.unshift({ key: 'subject', label: t.cases.subject, value: metricName(subject, words) })
  if (flaps > 1) rows.push({ key: 'flaps', label: t.cases.flaps, value: t.cases.times(flaps) })
  if (suppressed > 0)
    rows.push({ key: 'suppressed', label: t.cases.suppressed, value: t.cases.times(suppressed) })
  return rows
}

function weight(name: string): number {
  const place = FIRST.indexOf(name)
  return place < 0 ? FIRST.length : place
}

/** What bounds the judged quantity has its unit. */
function contextUnit(name: string, { metric }: EvidenceJson): string {
  return name === 'lowest' || name === 'highest' ? unitOf(metric) : unitOf(name)
}
