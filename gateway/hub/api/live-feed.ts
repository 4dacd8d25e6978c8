import type { ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { LIVE_EVENTS } from '../../../proto/http.ts'

/**
 * Server-sent events (WHATWG HTML §9.2) for the live page. In: what happens in the hub; out: the same to
 * every open page. A page that does not keep up is disconnected, and its browser connects again.
 */

type LiveEvents = { [Event in keyof typeof LIVE_EVENTS]: z.infer<(typeof LIVE_EVENTS)[Event]> }

const MAX_LISTENERS = 200
const MAX_UNREAD_BYTES = 1 << 20
/** Proxies and browsers close what is silent for long. */
const HEARTBEAT_MS = 15_000

export class LiveFeed {
  readonly #listeners = new Set<ServerResponse>()
  #heartbeat: NodeJS.Timeout | undefined

  get listeners(): number {
    return this.#listeners.size
  }

  get full(): boolean {
    return this.#listeners.size >= MAX_LISTENERS
  }

  /** Takes over a response whose head is written. */
  listen(response: ServerResponse): void {
    this.#listeners.add(response)
    this.#heartbeat ??= setInterval(() => this.#send(': still here\n\n'), HEARTBEAT_MS).unref()
    response.on('close', () => this.#drop(response))
    response.on('error', () => this.#drop(response))
    response.write('retry: 2000\n\n')
  }

  /** @param make called only where somebody listens. */
  publish<Event extends keyof LiveEvents>(event: Event, make: () => LiveEvents[Event]): void {
    if (this.#listeners.size > 0) this.#send(`event: ${event}\ndata: ${JSON.stringify(make())}\n\n`)
  }

  close(): void {
    for (const response of this.#listeners) response.end()
    clearInterval(this.#heartbeat)
  }

  #send(text: string): void {
    for (const response of this.#listeners) {
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
      else response.write(text)
    }
  }

  #drop(response: ServerResponse): void {
    this.#listeners.delete(response)
    if (this.#listeners.size > 0) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }
}
