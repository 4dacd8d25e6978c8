import type { PatrolPlan } from '../hub/patrol/shifts/patrol-plan.ts'

/** Who patrols which grids when in the demo: a beat for each e-bike, the past shift, and one that begins now. */

const INSPECTORS = ['张三', '李四', '王五', '赵六', '钱七', '孙八']
const MINUTE_MS = 60_000

interface Span {
  fromMs: number
  toMs: number
}

/** The same again plans nothing new while the present shift runs. */
export function planPatrols(
  plan: PatrolPlan,
  ebikes: readonly { id: string; beat: readonly string[] }[],
  past: Span,
  nowMs: number,
): void {
  const fromMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  const present = { fromMs, toMs: fromMs + past.toMs - past.fromMs }
  for (const [index, { id, beat }] of ebikes.entries()) {
    const beatId = id.replace('ebike', 'beat')
    plan.putBeat({ id: beatId, name: `第${index + 1}巡区`, grids: [...beat] })
    const shift = { device: id, inspector: INSPECTORS[index % INSPECTORS.length], beat: beatId, breaks: [] }
    for (const span of [past, present])
      if (plan.of(id, span.fromMs, span.toMs).length === 0) plan.put({ ...shift, ...span })
  }
}

/**
 * What a supervisor is to find in the past shift: one inspector never came into the last grid of the beat, one went
 * home early. The others rode as planned.
 */
export function riddenInPast<Ebike extends { id: string; beat: readonly string[] }>(
  ebikes: readonly Ebike[],
  durationS: number,
): (Ebike & { durationS: number })[] {
  return ebikes.map((ebike, index) => ({
    ...ebike,
    beat: index === 4 && ebike.beat.length > 1 ? ebike.beat.slice(0, -1) : ebike.beat,
    durationS: index === 3 ? Math.round(durationS * 0.8) : durationS,
  }))
}
