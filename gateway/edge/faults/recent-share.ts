/**
 * For how much of the last while something was so. Each observation stands until the next one, so that a sensor
 * that is read often and one that is read seldom are judged alike.
 */
export class RecentShare {
  readonly #windowMs: number
  /** When it became so or not so, oldest first; the first one may lie before the window. */
  #changes: { atMs: number; so: boolean }[] = []

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  observe(so: boolean, atMs: number): void {
    if (this.#changes.at(-1)?.so !== so) this.#changes.push({ atMs, so })
    const fromMs = atMs - this.#windowMs
    while (this.#changes.length > 1 && this.#changes[1]!.atMs <= fromMs) this.#changes.shift()
  }

  /** 0 to 1 of the window, or of the time since the first observation; what has only begun counts whole. */
  at(atMs: number): number {
    const first = this.#changes[0]
    if (!first) return 0
    const fromMs = Math.max(first.atMs, atMs - this.#windowMs)
    if (fromMs >= atMs) return this.#changes.at(-1)!.so ? 1 : 0
    const soMs = this.#changes.reduce((sum, { atMs: beganMs, so }, index) => {
      const endedMs = this.#changes[index + 1]?.atMs ?? atMs
      return so ? sum + Math.max(0, endedMs - Math.max(beganMs, fromMs)) : sum
    }, 0)
    return soMs / (atMs - fromMs)
  }
}
