import { frameLoop } from '../map/frame-loop.ts'
import { advance, type Clock, clockAt, pause, play, playheadMs, seek, setSpeed } from './clock.ts'
import type { Span } from './track.ts'

/** The one clock of all that is replayed, set going: it draws a frame whenever the playhead moves, and tells the controls now and then. */

export interface PlayerView {
  playing: boolean
  speed: number
  atMs: number
}

/** How often figures beside the map change: faster than this nobody reads. */
const TELL_MS = 150

export class Player {
  readonly range: Span
  /** What the playing clock leaps over. */
  leapOver: readonly Span[] = []
  #clock: Clock
  #view: PlayerView
  #toldMs = Number.NEGATIVE_INFINITY
  readonly #listeners = new Set<() => void>()
  readonly #frames = new Set<(atMs: number, playing: boolean) => void>()
  readonly #loop = frameLoop((nowMs) => this.#frame(nowMs))

  constructor(range: Span, atMs: number, speed: number) {
    this.range = range
    this.#clock = clockAt(range, atMs, speed, performance.now())
    this.#view = this.#look(performance.now())
  }

  /** For React: told a few times a second. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  readonly view = (): PlayerView => this.#view

  /** For whoever draws: called at every frame in which the playhead has moved, and once at the start. */
  onFrame(draw: (atMs: number, playing: boolean) => void): () => void {
    this.#frames.add(draw)
    this.#loop.wake()
    return () => this.#frames.delete(draw)
  }

  toggle(): void {
    const nowMs = performance.now()
    this.#set(this.#clock.playing ? pause(this.#clock, nowMs) : play(this.#clock, nowMs))
  }

  seek(atMs: number): void {
    this.#set(seek(this.#clock, atMs, performance.now()))
  }

  seekBy(stepMs: number): void {
    this.seek(playheadMs(this.#clock, performance.now()) + stepMs)
  }

  setSpeed(speed: number): void {
    this.#set(setSpeed(this.#clock, speed, performance.now()))
  }

  stop(): void {
    this.#loop.stop()
  }

  #set(clock: Clock): void {
    this.#clock = clock
    this.#tell(performance.now())
    this.#loop.wake()
  }

  #frame(nowMs: number): boolean {
    const was = this.#clock
    this.#clock = advance(was, nowMs, this.leapOver)
    const atMs = playheadMs(this.#clock, nowMs)
    for (const draw of this.#frames) draw(atMs, this.#clock.playing)
    if (nowMs - this.#toldMs >= TELL_MS || was.playing !== this.#clock.playing) this.#tell(nowMs)
    return this.#clock.playing
  }

  #tell(nowMs: number): void {
    this.#toldMs = nowMs
    this.#view = this.#look(nowMs)
    for (const listener of this.#listeners) listener()
  }

  #look(nowMs: number): PlayerView {
    const { playing, speed } = this.#clock
    return { playing, speed, atMs: playheadMs(this.#clock, nowMs) }
  }
}
