import type { z } from 'zod'
import { LIVE_EVENTS } from '../../../../proto/http.ts'
import { API } from './client.ts'

/**
 * The hub's server-sent events. In: /api/v1/live. Out: parsed events and the state of the connection.
 * The browser's EventSource retries a broken connection but gives up for good on a refused one (a proxy's
 * 502 while the hub restarts), so the reconnecting is done here, with a growing pause.
 */

type LiveEventName = keyof typeof LIVE_EVENTS
type LiveHandlers = {
  [Name in LiveEventName]: (event: z.output<(typeof LIVE_EVENTS)[Name]>) => void
}

export type Connection =
  | { state: 'connecting' }
  | { state: 'open'; sinceMs: number }
  | { state: 'down'; sinceMs: number; retryMs: number }

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

export function openLiveStream(
  handlers: LiveHandlers,
  onConnection: (connection: Connection) => void,
): { close: () => void } {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pauseMs = FIRST_PAUSE_MS
  let downSinceMs: number | undefined

  const connect = () => {
    clearTimeout(timer)
    source?.close()
    source = new EventSource(`${API}/live`)
    source.onopen = () => {
      pauseMs = FIRST_PAUSE_MS
      downSinceMs = undefined
      onConnection({ state: 'open', sinceMs: Date.now() })
    }
    source.onerror = retryLater
    listen(source, 'fixes', handlers.fixes)
    listen(source, 'case', handlers.case)
    listen(source, 'device', handlers.device)
    listen(source, 'coverage', handlers.coverage)
  }

  const retryLater = () => {
    source?.close()
    clearTimeout(timer)
    downSinceMs ??= Date.now()
    onConnection({ state: 'down', sinceMs: downSinceMs, retryMs: Date.now() + pauseMs })
    timer = setTimeout(connect, pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }

  window.addEventListener('online', connect)
  onConnection({ state: 'connecting' })
  connect()
  return {
    close: () => {
      window.removeEventListener('online', connect)
      clearTimeout(timer)
      source?.close()
    },
  }
}

function listen<Name extends LiveEventName>(
  source: EventSource,
  name: Name,
  handle: LiveHandlers[Name],
): void {
  source.addEventListener(name, (message: MessageEvent<string>) => {
    const event = LIVE_EVENTS[name].safeParse(parseJson(message.data))
    if (event.success) (handle as (event: unknown) => void)(event.data)
    else console.warn(`live event ${name} is not of the agreed form and was left out`, event.error.issues[0])
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
