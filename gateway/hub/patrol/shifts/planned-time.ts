import type { Span } from './patrol-plan.ts'

/** How much of a span is planned work: its length without the parts that lie in breaks, ms. */
export function workedMs({ fromMs, toMs }: Span, breaks: readonly Span[]): number {
  let ms = toMs - fromMs
  for (const rest of breaks) ms -= Math.max(0, Math.min(toMs, rest.toMs) - Math.max(fromMs, rest.fromMs))
  return Math.max(0, ms)
}

export const isInBreak = (timeMs: number, breaks: readonly Span[]): boolean =>
  breaks.some(({ fromMs, toMs }) => fromMs <= timeMs && timeMs < toMs)

/** Joins spans that lie no further apart than `withinMs`; they come in order. */
export function joined<Item extends Span>(spans: readonly Item[], withinMs: number): Item[][] {
  const groups: Item[][] = []
  for (const span of spans) {
    const group = groups.at(-1)
    if (group && span.fromMs - group.at(-1)!.toMs <= withinMs) group.push(span)
    else groups.push([span])
  }
  return groups
}
