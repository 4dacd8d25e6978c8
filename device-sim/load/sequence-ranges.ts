/** A set of sequence numbers that come nearly in order, as ranges: thousands of records take a few numbers. */
export class SequenceRanges {
  /** [first, last], both included, in order, apart by at least one number. */
  readonly #ranges: [number, number][] = []
  #count = 0

  /** @returns false where it was there. */
  add(sequence: number): boolean {
    const ranges = this.#ranges
    let at = ranges.length
    while (at > 0 && ranges[at - 1]![0] > sequence) at--
    const before = ranges[at - 1]
    const after = ranges[at]
    if (before && sequence <= before[1]) return false
    this.#count++
    const joinsBefore = before?.[1] === sequence - 1
    const joinsAfter = after?.[0] === sequence + 1
    if (joinsBefore && joinsAfter) {
      before[1] = after[1]
      ranges.splice(at, 1)
    } else if (joinsBefore) before[1] = sequence
    else if (joinsAfter) after[0] = sequence
    else ranges.splice(at, 0, [sequence, sequence])
    return true
  }

  get count(): number {
    return this.#count
  }

  ranges(): [number, number][] {
    return this.#ranges.map(([first, last]) => [first, last])
  }
}
