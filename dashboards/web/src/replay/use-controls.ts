import { useEffect } from 'react'
import { go, notePlayhead, screenState } from '../screen.ts'
import { readKey } from './keyboard.ts'
import type { Player } from './player.ts'

/** Keys that an element needs for itself. The timeline's own slider is left to us: it steps by what is useful here. */
const KEEPS_ALL_KEYS =
  'input:not([type="range"]), textarea, select, [contenteditable="true"], [role="combobox"]'
const KEEPS_SPACE = 'button, a, [role="button"], [role="switch"], summary'

export function useReplayKeys(player: Player): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : undefined
      if (event.defaultPrevented || target?.closest(KEEPS_ALL_KEYS)) return
      const meant = readKey(event, player.view().speed)
      if (!meant || (meant.do === 'toggle' && target?.closest(KEEPS_SPACE))) return
      event.preventDefault()
      if (meant.do === 'toggle') player.toggle()
      else if (meant.do === 'seek-by') player.seekBy(meant.stepMs)
      else if (meant.do === 'seek-to')
        player.seek(meant.end === 'start' ? player.range.fromMs : player.range.toMs)
      else go({ speed: meant.speed }, 'replace')
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [player])
}

const WRITE_PAUSE_MS = 1000

/**
 * Keeps the playhead in the address, so that a copied link opens the same moment; and follows the address when
 * the browser goes back or forth. Browsers refuse addresses that change many times a second.
 */
export function usePlayheadInAddress(player: Player): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const undo = player.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        notePlayhead(player.view().atMs)
      }, WRITE_PAUSE_MS)
    })
    const onPop = () => {
      const { atMs } = screenState()
      if (atMs !== undefined) player.seek(atMs)
    }
    window.addEventListener('popstate', onPop)
    return () => {
      undo()
      clearTimeout(timer)
      window.removeEventListener('popstate', onPop)
    }
  }, [player])
}
