import type { Finding } from '../../../../proto/patrol-http.ts'
import type { Wording } from '../i18n/wording.ts'

/** Evidence as the hub names it (quantity with its unit at the end) in a reader's words. */

/** By the name without its unit; a name that is not here is shown as the hub has it. */
const NAMES: Record<string, { zh: string; en: string }> = {
  absent: { zh: '缺勤', en: 'Absent' },
  cause: { zh: '原因', en: 'Cause' },
  device: { zh: '车辆', en: 'E-bike' },
  early: { zh: '早退', en: 'Early by' },
  farthest: { zh: '最远', en: 'Farthest' },
  fast: { zh: '超速时长', en: 'Too fast for' },
  fastest: { zh: '最高速度', en: 'Fastest' },
  first: { zh: '首次到岗', en: 'First at the post' },
  fixes: { zh: '定位点', en: 'Fixes' },
  frozen: { zh: '不动时长', en: 'Frozen for' },
  gap: { zh: '空白', en: 'Gap' },
  jumps: { zh: '跳变', en: 'Jumps' },
  lag: { zh: '滞后', en: 'Lag' },
  last: { zh: '最后在岗', en: 'Last at the post' },
  late: { zh: '迟到', en: 'Late by' },
  limit: { zh: '限值', en: 'Limit' },
  margin: { zh: '容许', en: 'Allowed' },
  off: { zh: '偏差', en: 'Off by' },
  original: { zh: '雷同车辆', en: 'Same as' },
  originalFrom: { zh: '雷同轨迹始于', en: 'That track from' },
  outside: { zh: '越界时长', en: 'Outside for' },
  places: { zh: '地点数', en: 'Places' },
  same: { zh: '雷同比例', en: 'Share alike' },
  sign: { zh: '迹象', en: 'Sign' },
  stay: { zh: '滞留', en: 'Stayed' },
  times: { zh: '次数', en: 'Times' },
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT/

export function evidenceRows(
  evidence: Finding['evidence'],
  words: Wording,
): { label: string; value: string }[] {
  return Object.entries(evidence).map(([key, value]) => {
    const [, name = key, unit = ''] = /^(.+?)(Mps|Kmh|Share|Deg|Ms|M|S)?$/.exec(key) ?? []
    const label = NAMES[name]?.[words.language] ?? name
    return {
      label,
      value: typeof value === 'string' ? said(name, value, words) : quantity(value, unit, words),
    }
  })
}

function said(name: string, text: string, { t, q }: Wording): string {
  if (ISO_TIME.test(text)) return q.clock(Date.parse(text))
  const causes: Record<string, string> = t.replay.causes
  return name === 'cause' ? (causes[text] ?? text) : text
}

function quantity(value: number, unit: string, { q }: Wording): string {
  switch (unit) {
    case 'Mps':
      return q.speed(value)
    case 'M':
      return q.distance(value)
    case 'S':
      return q.duration(value)
    case 'Ms':
      return q.duration(value / 1000)
    case 'Deg':
      return `${q.number(value)}°`
    case 'Kmh':
      return q.speed(value / 3.6)
    case 'Share':
      return q.percent(value)
    default:
      return q.number(value, Number.isInteger(value) ? 0 : 2)
  }
}
