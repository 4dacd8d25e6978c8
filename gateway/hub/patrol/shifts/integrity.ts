import type { ShiftCheckSettings } from '../../../../proto/catalogue/shift-checks.ts'
import {
  FINDING_KINDS,
  type Finding,
  type FindingKind,
  type ShiftReport,
} from '../../../../proto/patrol-http.ts'

/** The integrity score (可信度) of a shift: 100 less what its findings take off, with the reasons. */

const KINDS: Record<FindingKind, { zh: string; en: string }> = {
  'out-of-area': { zh: '越界', en: 'out of area' },
  'stay-too-long': { zh: '滞留', en: 'stay too long' },
  'late-start': { zh: '迟到', en: 'late start' },
  'early-end': { zh: '早退', en: 'early end' },
  absent: { zh: '缺勤', en: 'absent' },
  speeding: { zh: '超速', en: 'speeding' },
  'gap-too-long': { zh: '断点过长', en: 'gap too long' },
  'position-frozen': { zh: '定位冻结', en: 'position frozen' },
  'position-copied': { zh: '轨迹复制', en: 'position copied' },
  'impossible-jump': { zh: '位置跳变', en: 'impossible jump' },
  'clock-skew': { zh: '时钟偏差', en: 'clock skew' },
}

/**
 * Each finding takes off its kind's points, and more for each of its minutes; a kind takes off no more than its cap, all
 * together no more than 100.
 */
export function integrityOf(
  findings: readonly Pick<Finding, 'kind' | 'from' | 'to'>[],
  settings: ShiftCheckSettings,
): ShiftReport['integrity'] {
  const reasons = FINDING_KINDS.flatMap((kind) => {
    const ofKind = findings.filter((finding) => finding.kind === kind)
    const { points, perMinute, cap } = settings[kind].score
    let off = 0
    for (const { from, to } of ofKind)
      off += points + (perMinute * (Date.parse(to) - Date.parse(from))) / 60_000
    const taken = Math.round(Math.min(off, cap) * 10) / 10
    if (taken === 0) return []
    const times = ofKind.length
    return {
      kind,
      points: taken,
      text: {
        zh: `${KINDS[kind].zh}${times}次，扣${taken}分${off > cap ? `（上限）` : ''}`,
        en: `${KINDS[kind].en}, ${times} ${times === 1 ? 'finding' : 'findings'}: ${taken} points off${off > cap ? ' (the most it can take)' : ''}`,
      },
    }
  }).sort((a, b) => b.points - a.points)
  const off = reasons.reduce((sum, { points }) => sum + points, 0)
  return {
    score: Math.max(0, Math.round((100 - off) * 10) / 10),
    policy: { id: 'integrity', version: settings.version, ...policyText(settings) },
    reasons,
  }
}

function policyText(settings: ShiftCheckSettings): { text: string; textZh: string } {
  const rules = FINDING_KINDS.map((kind) => ({ ...KINDS[kind], ...settings[kind].score }))
  return {
    text:
      '100 points less, for each finding, its points and more for each of its minutes, up to a cap for each kind: ' +
      `${rules.map(({ en, points, perMinute, cap }) => `${en} ${points} + ${perMinute}/min ≤ ${cap}`).join('; ')}. ` +
      'A finding asks; it proves nothing, and no data is left out because of it.',
    textZh:
      '满分100分；每个发现按类别扣分，并按其分钟数加扣，每类有上限：' +
      `${rules.map(({ zh, points, perMinute, cap }) => `${zh} ${points}＋${perMinute}/分钟，上限${cap}`).join('；')}。` +
      '发现只作提示核实，不是定论，也不删除任何数据。',
  }
}
