import type { PublishPacket } from 'aedes'

/**
 * Hands a message to the subscribers of its topic, in place of the emitter that aedes brings. That one waits
 * for the slowest subscriber before it goes on, and with it wait the publishers: one client that does not
 * read would hold up every gateway. Here nobody waits: what a subscriber has not read yet lies in the buffer
 * of its connection, which is bounded. In: filters with their listeners, messages; out: calls. The few
 * filters that may be subscribed are exact or have `+` alone.
 */

type Listener = (packet: PublishPacket, done: () => void) => void

export class Router {
  readonly #exact = new Map<string, Set<Listener>>()
  readonly #wild = new Map<string, Set<Listener>>()

  /** `done` is called in a later turn. */
  on(filter: string, listener: Listener, done?: () => void): this {
    const filters = this.#filters(filter)
    const listeners = filters.get(filter) ?? new Set()
    filters.set(filter, listeners.add(listener))
    if (done) setImmediate(done)
    return this
  }

  removeListener(filter: string, listener: Listener, done?: () => void): this {
    const listeners = this.#filters(filter).get(filter)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#filters(filter).delete(filter)
    if (done) setImmediate(done)
    return this
  }

  emit(packet: PublishPacket, done?: () => void): this {
    for (const listener of this.#exact.get(packet.topic) ?? []) listener(packet, noWaiting)
    for (const [filter, listeners] of this.#wild)
      if (matches(filter, packet.topic)) for (const listener of listeners) listener(packet, noWaiting)
    done?.()
    return this
  }

  close(done: () => void): this {
    this.#exact.clear()
    this.#wild.clear()
    setImmediate(done)
    return this
  }

  #filters(filter: string): Map<string, Set<Listener>> {
    return filter.includes('+') ? this.#wild : this.#exact
  }
}

function noWaiting(): void {}

function matches(filter: string, topic: string): boolean {
  const levels = filter.split('/')
  const names = topic.split('/')
  return levels.length === names.length && levels.every((level, i) => level === '+' || level === names[i])
}
