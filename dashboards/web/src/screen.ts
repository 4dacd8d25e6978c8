import { type MouseEvent, useSyncExternalStore } from 'react'
import { readState, type ScreenState, writeState } from './url-state.ts'

/** The screen's state lives in the address alone; this is the one place that reads and writes `location`. */

let state = readState(window.location.search)
const listeners = new Set<() => void>()

function notify(): void {
  for (const listener of listeners) listener()
}

window.addEventListener('popstate', () => {
  state = readState(window.location.search)
  notify()
})

export const screenState = (): ScreenState => state

/**
 * Changes the screen. `push` leaves a step for the back button: for another view, device or case;
 * `replace` for what only refines the present one. A key given as undefined is taken out.
 */
export function go(change: Partial<ScreenState>, how: 'push' | 'replace' = 'push'): void {
  state = readState(writeState({ ...state, ...change }))
  if (how === 'push') window.history.pushState(null, '', writeState(state))
  else window.history.replaceState(null, '', writeState(state))
  notify()
}

/** Puts the playhead into the address without drawing anything anew: the player has shown it already. */
export function notePlayhead(atMs: number): void {
  state.atMs = Math.round(atMs)
  window.history.replaceState(null, '', writeState(state))
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useScreen = (): ScreenState => useSyncExternalStore(subscribe, screenState)

/**
 * What a link to a screen needs: a plain click goes there in place, one with a modifier opens a tab of its own, as the
 * browser does with any link.
 */
export function linkTo(change: Partial<ScreenState>): { href: string; onClick: (event: MouseEvent) => void } {
  return {
    href: writeState({ ...state, ...change }),
    onClick: (event) => {
      if (event.metaKey || event.ctrlKey) return
      event.preventDefault()
      go(change)
    },
  }
}
