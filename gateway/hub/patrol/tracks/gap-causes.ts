import type { Summary } from '../../../../proto/http.ts'
import type { DutyShift, TimeSpan } from './duty.ts'

/**
 * Why fixes are missing. In: the missing time of a device, its shifts, and what is known of its gateway; out: the same
 * time in pieces, each with one cause, the first of these that holds:
 *
 *   off-duty   outside every shift, where shifts are planned at all
 *   paused     in a break of the shift
 *   no-power   the gateway did not run: it started later than that, and ran earlier
 *   no-uplink  the gateway's records of that time have not come (it is offline, or has a backlog), or were dropped
 *              by its full outbox
 *   no-fix     the gateway ran and its records came: the receiver gave no fix
 *   unknown    nothing is known of the gateway then
 */
export type GapCause = Summary['gaps'][number]['cause']

export interface TypedGap extends TimeSpan {
  cause: GapCause
}

/** A gateway's process, from its start to its last sign, by the gateway's own clock. */
export interface PoweredSpan extends TimeSpan {
  /** The gateway told how long it had been running; else `fromMs` is only its first sign. */
  isStartKnown: boolean
}

export interface GatewayLife {
  /** In order of `fromMs`, with the last one before the time in question and the first one after it. */
  powered: readonly PoweredSpan[]
  /** From the last fix that came before fixes were dropped, until they were. */
  lost: readonly TimeSpan[]
  /** What was recorded until then has arrived; absent: nothing has. */
  arrivedMs?: number
  /** There is more to come that was recorded after `arrivedMs`: the gateway is offline, or sends a backlog. */
  isBehind: boolean
}

export interface GapCircumstances {
  /** In order; absent: nothing is planned for this device, so that nothing is off duty. */
  shifts?: readonly Pick<DutyShift, 'fromMs' | 'toMs' | 'breaks'>[] | undefined
  life?: GatewayLife | undefined
}

/** @param gaps in order, nothing twice. */
export function typeGaps(gaps: readonly TimeSpan[], circumstances: GapCircumstances): TypedGap[] {
  const edges = edgesOf(circumstances)
  const pieces: TypedGap[] = []
  for (const gap of gaps) {
    const cuts = edges.filter((ms) => ms > gap.fromMs && ms < gap.toMs)
    let piece: TypedGap | undefined
    for (const [i, fromMs] of [gap.fromMs, ...cuts].entries()) {
      const toMs = cuts[i] ?? gap.toMs
      // No edge lies within, so that its first moment tells for all of it.
      const cause = causeAt(fromMs, gap, circumstances)
      if (piece?.cause === cause) piece.toMs = toMs
      else {
        piece = { fromMs, toMs, cause }
        pieces.push(piece)
      }
    }
  }
  return pieces
}

/** Every moment at which the cause may change, once and in order. */
function edgesOf({ shifts = [], life }: GapCircumstances): number[] {
  const spans = [
    ...shifts,
    ...shifts.flatMap(({ breaks }) => breaks),
    ...(life ? [...life.powered, ...life.lost] : []),
  ]
  const edges = new Set(spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))
  if (life?.arrivedMs !== undefined) edges.add(life.arrivedMs)
  return [...edges].sort((a, b) => a - b)
}

function causeAt(timeMs: number, gap: TimeSpan, { shifts, life }: GapCircumstances): GapCause {
  const holds = (span: TimeSpan): boolean => timeMs >= span.fromMs && timeMs < span.toMs
  if (shifts) {
    const shift = shifts.find(holds)
    if (!shift) return 'off-duty'
    if (shift.breaks.some(holds)) return 'paused'
  }
  if (!life) return 'unknown'
  // Records that have not come may show that the gateway ran after all.
  if (life.isBehind && timeMs >= (life.arrivedMs ?? Number.POSITIVE_INFINITY)) return 'no-uplink'
  const isPowered = life.powered.some(holds)
  if (!isPowered && wasOff(timeMs, life.powered)) return 'no-power'
  if (life.lost.some((lost) => holds(lost) && lost.fromMs >= gap.fromMs)) return 'no-uplink'
  return isPowered ? 'no-fix' : 'unknown'
}

function wasOff(timeMs: number, powered: readonly PoweredSpan[]): boolean {
  const next = powered.find(({ fromMs }) => fromMs > timeMs)
  return next?.isStartKnown === true && powered.some(({ toMs }) => toMs <= timeMs)
}
