import type { Span } from './track.ts'

/**
 * The clock that drives a replay. In: moments of the wall clock (`nowMs`, monotonic). Out: the playhead, the
 * moment of the patrol that is shown. It holds an anchor (this wall moment showed that patrol moment) and a
 * speed, so that late or missing frames never slow the replay down. Values only; nothing here ticks.
 */
export interface Clock {
  readonly range: Readonly<Span>
  readonly playing: boolean
  /** Patrol seconds a wall second. */
  readonly speed: number
  readonly anchorWallMs: number
  readonly anchorMs: number
}

export function clockAt(range: Span, playheadMs: number, speed: number, nowMs: number): Clock {
  return { range, playing: false, speed, anchorWallMs: nowMs, anchorMs: within(range, playheadMs) }
}

/** Unix ms; never outside the range. */
export function playheadMs(clock: Clock, nowMs: number): number {
  if (!clock.playing) return clock.anchorMs
  return within(clock.range, clock.anchorMs + (nowMs - clock.anchorWallMs) * clock.speed)
}

/** Playing on from the end begins again at the start. */
export function play(clock: Clock, nowMs: number): Clock {
  const atMs = playheadMs(clock, nowMs)
  const anchorMs = atMs >= clock.range.toMs ? clock.range.fromMs : atMs
  return { ...clock, playing: true, anchorWallMs: nowMs, anchorMs }
}

export function pause(clock: Clock, nowMs: number): Clock {
  return { ...clock, playing: false, anchorWallMs: nowMs, anchorMs: playheadMs(clock, nowMs) }
}

export function seek(clock: Clock, toMs: number, nowMs: number): Clock {
  return { ...clock, anchorWallMs: nowMs, anchorMs: within(clock.range, toMs) }
}

/** The playhead stays where it is; only its pace changes. */
export function setSpeed(clock: Clock, speed: number, nowMs: number): Clock {
  return { ...clock, speed, anchorWallMs: nowMs, anchorMs: playheadMs(clock, nowMs) }
}

/** What a frame does to the clock: it stops at the end, and leaps over gaps where that is wished. */
export function advance(clock: Clock, nowMs: number, leapOver: readonly Span[] = []): Clock {
  if (!clock.playing) return clock
  const atMs = playheadMs(clock, nowMs)
  if (atMs >= clock.range.toMs) return pause(clock, nowMs)
  const gap = leapOver.find(({ fromMs, toMs }) => fromMs < atMs && atMs < toMs)
  return gap ? advance(seek(clock, gap.toMs, nowMs), nowMs, leapOver) : clock
}

const within = ({ fromMs, toMs }: Span, timeMs: number): number => Math.min(toMs, Math.max(fromMs, timeMs))
