/**
 * A busy server's wish to be left alone (RFC 9110, 10.2.3: seconds, or a date). In: the header of an answer; out:
 * how long to wait yet. A wish beyond five minutes is cut: a wrong date must not hold up a city for a day.
 */
const MAX_S = 300

export class RetryAfter {
  #untilMs = 0

  note(header: string | string[] | undefined): void {
    if (header === undefined) return
    const text = String(header).trim()
    const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
    if (seconds > 0) this.#untilMs = performance.now() + Math.min(seconds, MAX_S) * 1000
  }

  /** Whole seconds, rounded up; 0: none. */
  secondsLeft(): number {
    return Math.max(0, Math.ceil((this.#untilMs - performance.now()) / 1000))
  }
}
