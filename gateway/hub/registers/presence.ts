import type { Presence } from '../../../proto/domain.ts'

/** Which gateways are connected now, as they or their last will say; empty after a start until they say it. */
export class PresenceRegister {
  readonly #online = new Map<string, OnlineGateway>()

  /** @returns whether this changes who is online. */
  note(gateway: string, { online, boot }: Presence): boolean {
    const known = this.#online.get(gateway)
    if (!online) return this.#online.delete(gateway)
    if (known?.boot !== boot) this.#online.set(gateway, { boot, sinceMs: Date.now() })
    return known === undefined
  }

  isOnline(gateway: string): boolean {
    return this.#online.has(gateway)
  }

  find(gateway: string): OnlineGateway | undefined {
    return this.#online.get(gateway)
  }

  get count(): number {
    return this.#online.size
  }
}

export interface OnlineGateway {
  boot: string
  /** Since when the hub knows that this boot is online. */
  sinceMs: number
}
