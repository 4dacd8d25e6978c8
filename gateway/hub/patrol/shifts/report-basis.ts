import { createHash } from 'node:crypto'
import type { ShiftReport } from '../../../../proto/patrol-http.ts'
import type { GatewayLife } from '../tracks/gap-causes.ts'
import type { Shift, Span } from './patrol-plan.ts'

/** What a report was made on, as digests: another one means that the same shift may be judged otherwise now. */

const DIGEST_CHARS = 22

export const digestOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, DIGEST_CHARS)

/**
 * Of the shift as it is planned, with the grids of its beat, and of all that shifts are judged by. Who rode it and what
 * the beat is called does not count.
 * @param standing registers and rules, as a text that changes with them.
 */
export function basisOf({ device, fromMs, toMs, breaks, grids }: Shift, standing: string): string {
  const times = [fromMs, toMs, ...breaks.flatMap((rest) => [rest.fromMs, rest.toMs])]
  return digestOf(standing, device, times.join(), grids.join())
}

/** Those of a gap that the gateway's records decide about. */
const CAUSES_OF_LIFE = ['no-power', 'no-uplink', 'no-fix', 'unknown']

/**
 * Of what is known of the gateway's life inside the shift.
 * @returns undefined where nothing that comes later can change the causes of the shift's gaps: it has none, or the
 * gateway ran on after the shift and its records of it have come.
 */
export function lifeBasis(
  { fromMs, toMs }: Span,
  life: GatewayLife | undefined,
  { gapsS }: Pick<ShiftReport, 'gapsS'>,
): string | undefined {
  if (!life || !CAUSES_OF_LIFE.some((cause) => (gapsS[cause] ?? 0) > 0)) return undefined
  const isBehind = life.isBehind && (life.arrivedMs ?? Number.POSITIVE_INFINITY) < toMs
  const ranOn = life.powered.some((span) => span.toMs >= toMs && (span.fromMs <= toMs || span.isStartKnown))
  return ranOn && !isBehind ? undefined : lifeDigest({ fromMs, toMs }, life)
}

/** The same for lives that tell the same of every moment of the range. */
export function lifeDigest({ fromMs, toMs }: Span, life: GatewayLife | undefined): string {
  if (!life) return 'unknown'
  const inside = (timeMs: number): number => Math.min(toMs, Math.max(fromMs - 1, timeMs))
  const { powered, lost, arrivedMs, isBehind } = life
  return digestOf(
    powered.map((span) => [inside(span.fromMs), inside(span.toMs), span.isStartKnown].join()).join(' '),
    lost.map((span) => [inside(span.fromMs), inside(span.toMs)].join()).join(' '),
    isBehind && arrivedMs !== undefined ? String(inside(arrivedMs)) : '',
  )
}
