/** Draws while there is something to draw, and sleeps otherwise. */
export interface FrameLoop {
  /** Begins drawing, if it sleeps. */
  wake: () => void
  stop: () => void
}

/** A machine that takes longer than this over a frame is given time for everything else between frames. */
const SLOW_FRAME_MS = 100
const REST_FACTOR = 1.6

/** @param draw returns whether another frame is wanted; it gets the monotonic clock of the page, ms. */
export function frameLoop(draw: (nowMs: number) => boolean, mostFps = 60): FrameLoop {
  // A little under a frame's length, so that a display's jitter does not drop every second frame.
  const shortestMs = 1000 / mostFps - 4
  let request: number | undefined
  let drawnMs = Number.NEGATIVE_INFINITY
  let justDrawn = false
  let leastMs = shortestMs
  const frame = (nowMs: number) => {
    request = undefined
    const sinceMs = nowMs - drawnMs
    // The first frame after a drawn one comes when that is on the screen: what it took is known then.
    if (justDrawn) leastMs = sinceMs > SLOW_FRAME_MS ? Math.min(sinceMs * REST_FACTOR, 1000) : shortestMs
    justDrawn = sinceMs >= leastMs
    if (!justDrawn) return wake()
    drawnMs = nowMs
    if (draw(nowMs)) wake()
    else justDrawn = false
  }
  const wake = () => {
    request ??= requestAnimationFrame(frame)
  }
  return {
    wake,
    stop: () => {
      if (request !== undefined) cancelAnimationFrame(request)
      request = undefined
      justDrawn = false
    },
  }
}
