import { SPEEDS, type Speed } from '../url-state.ts'

/** What a key means to the replay. */
export type ReplayKey =
  | { do: 'toggle' }
  | { do: 'seek-by'; stepMs: number }
  | { do: 'seek-to'; end: 'start' | 'end' }
  | { do: 'speed'; speed: Speed }

const STEP_MS = 10_000
const LONG_STEP_MS = 60_000

/** Undefined for keys that mean nothing here, and for those with Ctrl, Alt or Meta, which are the browser's. */
export function readKey(
  event: { key: string; shiftKey: boolean; ctrlKey: boolean; altKey: boolean; metaKey: boolean },
  speed: number,
): ReplayKey | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined
  const stepMs = event.shiftKey ? LONG_STEP_MS : STEP_MS
  switch (event.key) {
    case ' ':
      return { do: 'toggle' }
    case 'ArrowLeft':
      return { do: 'seek-by', stepMs: -stepMs }
    case 'ArrowRight':
      return { do: 'seek-by', stepMs }
    case 'Home':
      return { do: 'seek-to', end: 'start' }
    case 'End':
      return { do: 'seek-to', end: 'end' }
    case 'ArrowUp':
      return { do: 'speed', speed: SPEEDS.find((faster) => faster > speed) ?? SPEEDS.at(-1)! }
    case 'ArrowDown':
      return { do: 'speed', speed: SPEEDS.findLast((slower) => slower < speed) ?? SPEEDS[0] }
    default:
      return undefined
  }
}
