/**
 * How fast a day's data may be used up, and what is done where it goes faster. Time and figures come in; nothing here
 * reads a clock or a disk.
 *
 *   pace(share) = usable · (burst + (1 − burst) · share of the day gone by)
 */

/** What keepalives, health and reconnects may still need when tracks have used up the rest. */
const USABLE = 0.9
/** There from midnight on: a gateway that comes back at any hour with a full outbox starts at once. */
const BURST = 0.25

/** Load from which each level holds. */
const LEVEL_FROM = [0, 0.5, 0.65, 0.8, 0.9] as const
/** A level is left only so far below where it began. */
const LEVEL_MARGIN = 0.1
/** A body that waits costs this much on the wire, several to a segment. */
const WIRE_A_BODY_BYTE = 1.3

/**
 * A lane waits from this share of the pace on, at midnight; the rest of it is given free as the day goes by, but for
 * health, which then goes once an hour. Photos wait first, being the largest. Cases never wait.
 */
const WAITS_FROM = { photo: 0.6, reading: 0.85, fix: 1, health: 0.75 } as const

/** A lane that waits goes on when so much is free again. */
const FREE_SHARE = 0.005
const MIN_FREE_BYTES = 4000

/** By level: fixes, readings and health go together once in so long. Most of what a lone record costs is its framing. */
const BUNDLE_EVERY_MS = [0, 30_000, 60_000, 120_000, 300_000] as const
/** Long enough for an uplink to fill its window some times. */
const BUNDLE_OPEN_MS = 10_000

export interface Used {
  budgetBytes: number
  /** Of the day, so far. */
  usedBytes: number
  /** Of the day gone by, 0 … 1. */
  share: number
}

/** Bytes that may be used until now. */
function paceBytes(budgetBytes: number, share: number): number {
  return budgetBytes * USABLE * (BURST + (1 - BURST) * share)
}

/**
 * Thinning level 0 … 4, from the one before. The load is what was used against the pace, or, where that is more, what
 * was used and what waits against the whole day.
 */
export function nextLevel(before: number, used: Used, backlogBytes: number): number {
  const { budgetBytes, usedBytes, share } = used
  const load = Math.max(
    usedBytes / paceBytes(budgetBytes, share),
    (usedBytes + backlogBytes * WIRE_A_BODY_BYTE) / paceBytes(budgetBytes, 1),
  )
  let level = LEVEL_FROM.length - 1
  while (level > 0 && load < LEVEL_FROM[level]! - (level <= before ? LEVEL_MARGIN : 0)) level--
  return level
}

/** What is left is for cases and keepalives. */
export function isUsedUp({ budgetBytes, usedBytes }: Used): boolean {
  return usedBytes >= paceBytes(budgetBytes, 1)
}

export type BudgetedLane = keyof typeof WAITS_FROM

/** Whether a lane waits, from whether it waited before. */
export function nextWaits(lane: BudgetedLane, waited: boolean, used: Used): boolean {
  const { budgetBytes, usedBytes, share } = used
  const from = WAITS_FROM[lane]
  const limitBytes = paceBytes(budgetBytes, share) * (lane === 'health' ? from : from + (1 - from) * share)
  if (!waited) return usedBytes >= limitBytes
  // With the smallest budgets that must still lie below the limit.
  const freeBytes = Math.min(Math.max(budgetBytes * FREE_SHARE, MIN_FREE_BYTES), limitBytes / 2)
  return usedBytes > limitBytes - freeBytes
}

/** The turns in which records go together. A turn is taken when a record asks for it. */
export class Bundles {
  #openedMs = Number.NEGATIVE_INFINITY

  mayGo(level: number, nowMs: number): boolean {
    // A clock that was set is no reason to wait.
    const sinceMs = Math.abs(nowMs - this.#openedMs)
    if (sinceMs < BUNDLE_OPEN_MS) return true
    if (sinceMs < BUNDLE_EVERY_MS[level]!) return false
    this.#openedMs = nowMs
    return true
  }
}

const KEEPALIVES_S = [30, 60, 120, 240] as const
/** PINGREQ, PINGRESP and an acknowledgement: three segments' headers, two TLS records of two bytes each. */
const PING_BYTES = 3 * 52 + 2 * (22 + 2)
const PING_SHARE = 0.1

/**
 * How often an idle connection should show that it lives: at 30 s that alone takes 0.6 MB a day. The least that
 * leaves nine tenths of the budget, at most 4 min: networks forget connections that are silent for five.
 */
export function keepaliveS(budgetBytes: number): number {
  const daily = (everyS: number) => (86_400 / everyS) * PING_BYTES
  return KEEPALIVES_S.find((everyS) => daily(everyS) <= budgetBytes * PING_SHARE) ?? KEEPALIVES_S.at(-1)!
}
