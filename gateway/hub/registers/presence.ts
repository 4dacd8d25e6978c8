import type { Presence } from '../../../proto/domain.ts'

/** Which gateways are connected now, as they or their last will say; empty after a start until they say it. */
export class PresenceRegister {
  readonly #online = new Set<string>()

  /** @returns whether this changes anything. */
  note(gateway: string, { online }: Presence): boolean {
    if (online === this.#online.has(gateway)) return false
    if (online) this.#online.add(gateway)
    else this.#online.delete(gateway)
    return true
  }

  isOnline(gateway: string): boolean {
    return this.#online.has(gateway)
  }

  get count(): number {
    return this.#online.size
  }
}
