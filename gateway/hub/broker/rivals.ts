/**
 * Notices two gateways under one id. MQTT lets each new client take the connection of the old one over
 * (3.1.1 §3.1.4), and clients come back by themselves: two that live push each other out for ever. In: who
 * took whose place; out: whether the newcomer is turned away, and which ids are contested. A gateway is
 * known by its boot, where it said it; the same boot that comes back is no rival of itself.
 */

export interface RivalLimits {
  /** So many take-overs of one id … */
  takeOvers: number
  /** … within this time make it contested. */
  windowMs: number
  /** So long the one that is there keeps its place after the last one that was turned away or took over. */
  holdMs: number
}

export const RIVAL_LIMITS: RivalLimits = { takeOvers: 4, windowMs: 60_000, holdMs: 300_000 }

interface Place {
  takeOversMs: number[]
  /** Until when it is contested; 0: it is not. */
  contestedUntilMs: number
}

/** Ids that were taken over a while ago are forgotten once there are so many. */
const SWEEP_AT = 1000

export class Rivals {
  readonly #limits: RivalLimits
  readonly #places = new Map<string, Place>()

  constructor(limits: RivalLimits = RIVAL_LIMITS) {
    this.#limits = limits
  }

  /**
   * A client takes the place of a live one of the same id.
   * @param nowMs monotonic.
   * @returns whether the id is contested: then the newcomer is one too many.
   */
  takesOver(
    id: string,
    boots: { holder: string | undefined; newcomer: string | undefined },
    nowMs: number,
  ): boolean {
    const { takeOvers, windowMs, holdMs } = this.#limits
    if (boots.holder !== undefined && boots.holder === boots.newcomer) return false
    const place = this.#places.get(id) ?? { takeOversMs: [], contestedUntilMs: 0 }
    place.takeOversMs = [...place.takeOversMs.filter((ms) => ms > nowMs - windowMs), nowMs].slice(-takeOvers)
    if (place.takeOversMs.length >= takeOvers || place.contestedUntilMs > nowMs)
      place.contestedUntilMs = nowMs + holdMs
    this.#places.set(id, place)
    if (this.#places.size > SWEEP_AT) this.#sweep(nowMs)
    return place.contestedUntilMs > nowMs
  }

  /** Ids that two live gateways call their own. */
  contested(nowMs: number): string[] {
    return [...this.#places].filter(([, place]) => place.contestedUntilMs > nowMs).map(([id]) => id)
  }

  #sweep(nowMs: number): void {
    for (const [id, { takeOversMs, contestedUntilMs }] of this.#places)
      if (contestedUntilMs <= nowMs && (takeOversMs.at(-1) ?? 0) < nowMs - this.#limits.windowMs)
        this.#places.delete(id)
  }
}

/** A boot that came back so often within so long was not one gateway started again. */
const RETURNS = 2
const RETURNS_WINDOW_MS = 300_000
const BOOTS_KEPT = 4

/**
 * The same at an existing broker, which lets clients take over as it likes: seen from their presences alone.
 * A gateway that is started again has a new boot; one whose place was taken and that comes back has an old one.
 */
export class ReturningBoots {
  /** The last boots of each gateway, newest last, and when one came back. */
  readonly #gateways = new Map<string, { boots: string[]; returnsMs: number[] }>()

  /** @param nowMs monotonic. */
  note(gateway: string, boot: string, nowMs: number): void {
    const known = this.#gateways.get(gateway) ?? { boots: [], returnsMs: [] }
    if (known.boots.at(-1) === boot) return
    if (known.boots.includes(boot)) known.returnsMs = [...known.returnsMs, nowMs].slice(-RETURNS)
    known.boots = [...known.boots.filter((other) => other !== boot), boot].slice(-BOOTS_KEPT)
    this.#gateways.set(gateway, known)
  }

  contested(nowMs: number): string[] {
    return [...this.#gateways]
      .filter(([, { returnsMs }]) => {
        return returnsMs.length === RETURNS && returnsMs.every((ms) => ms > nowMs - RETURNS_WINDOW_MS)
      })
      .map(([id]) => id)
  }
}

/** The alarm of a contested id, in words. */
export const rivalAlarm = (id: string): string =>
  `two gateways call themselves ${id}: give one of them another id`
