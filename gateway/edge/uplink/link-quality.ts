import type { LinkState } from '../../../proto/domain.ts'

/** Medians are over so many of the last records: an hour or so of an e-bike that rides. */
const SAMPLES = 32

/** How the connection to the broker has been since the process started. Times are monotonic. */
export class LinkQuality {
  #breaks = 0
  #connectedMs = 0
  #sinceMs: number | undefined
  #lastReason: string | undefined
  readonly #acknowledged: number[] = []
  readonly #receipted: number[] = []

  connected(nowMs: number): void {
    this.#sinceMs = nowMs
  }

  /** @param wasBroken neither of us meant to end it; without a connection that stood it is a try that failed. */
  disconnected(nowMs: number, reason: string, wasBroken: boolean): void {
    this.#lastReason = reason
    if (this.#sinceMs === undefined) return
    this.#connectedMs += nowMs - this.#sinceMs
    this.#sinceMs = undefined
    if (wasBroken) this.#breaks++
  }

  /** A record was acknowledged by the broker so long after it was sent. */
  acknowledged(tookMs: number): void {
    keep(this.#acknowledged, tookMs)
  }

  /** A record was receipted by the hub so long after it was sent. */
  receipted(tookMs: number): void {
    keep(this.#receipted, tookMs)
  }

  /** Of the connection that stands, ms; undefined: none does. */
  connectedForMs(nowMs: number): number | undefined {
    return this.#sinceMs === undefined ? undefined : nowMs - this.#sinceMs
  }

  /** Why the last connection ended or could not be made; undefined: nothing of the kind has happened. */
  get lastReason(): string | undefined {
    return this.#lastReason
  }

  state(nowMs: number): Pick<LinkState, 'breaks' | 'connectedS' | 'acknowledgedMs' | 'receiptedMs'> {
    const acknowledgedMs = median(this.#acknowledged)
    const receiptedMs = median(this.#receipted)
    return {
      breaks: this.#breaks,
      connectedS: Math.floor((this.#connectedMs + (this.connectedForMs(nowMs) ?? 0)) / 1000),
      ...(acknowledgedMs === undefined ? {} : { acknowledgedMs }),
      ...(receiptedMs === undefined ? {} : { receiptedMs }),
    }
  }
}

function keep(samples: number[], tookMs: number): void {
  samples.push(Math.round(tookMs))
  if (samples.length > SAMPLES) samples.shift()
}

/** The upper one of the two in the middle; undefined of nothing. */
const median = (samples: number[]): number | undefined =>
  samples.toSorted((a, b) => a - b)[samples.length >> 1]
