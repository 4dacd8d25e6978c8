import type { Missed } from '../../../../proto/patrol-http.ts'
import type { Wording } from '../i18n/wording.ts'
import { partName } from '../patrol-coverage/street-parts.ts'

/** Hours as a supervisor says them: minutes below one, hours up to two days, days from there. */
export function hoursText(hours: number, { t, q }: Wording): string {
  if (hours < 1) return t.missed.minutes(q.number(Math.max(1, Math.round(hours * 60))))
  if (hours < 48) return t.missed.hours(q.number(hours, hours < 10 && !Number.isInteger(hours) ? 1 : 0))
  return t.missed.days(q.number(hours / 24, hours < 240 && hours % 24 !== 0 ? 1 : 0))
}

/** What the list calls it: its name, or its kind with its place in the register. */
export function missedName({ name, kind, id, cells }: Missed, words: Wording): string {
  const { t, q } = words
  if (kind === 'street-part') return partName({ part: id, name }, words)
  if (name !== undefined) return name
  const kindName = t.missed.kinds[kind]
  if (kind === 'cell')
    return cells === undefined ? kindName : `${kindName} ${t.missed.cells(q.number(cells))}`
  return `${kindName} ${id}`
}

/** How much of what was allowed it is over, 0 (just due) to 1 (three times as long, or never): how dark it is drawn. */
export const severity = ({ overdueH, allowedH }: Missed): number =>
  allowedH > 0 ? Math.min(1, overdueH / (2 * allowedH)) : 1
