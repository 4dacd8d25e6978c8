const COMMA = 0x2c

/**
 * Walks the comma-separated fields of one sentence, byte by byte and in order, without making strings. A blank field,
 * or one past the end, is absent. The first field that is not what it should be refuses the sentence and leaves its
 * reason; whoever reads on gets absent values and looks at `isRefused` once, at the end.
 *
 * Readers count with `| 0`: the compiler then needs no test for overflow.
 */
export class Cursor {
  bytes: Uint8Array = new Uint8Array()
  /** The same bytes. */
  words: DataView = new DataView(new ArrayBuffer(0))
  /** Where the next field begins; above `end` after the last one. */
  at = 0
  /** Where the fields end: at a `*` or line end, which is neither digit nor point. */
  end = 0
  isRefused = false
  /** Why, if it is. */
  error = ''

  /** The fields are `bytes[from … end)`. */
  start(bytes: Uint8Array, from: number, end: number): void {
    if (this.bytes !== bytes) {
      this.bytes = bytes
      this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.at = from
    this.end = end
    this.isRefused = false
  }

  refuse(reason: string): void {
    if (!this.isRefused) this.error = reason
    this.isRefused = true
  }

  /** Takes a refusal back: the sentence turned out to say that there is nothing to read. */
  forgive(): void {
    this.isRefused = false
  }

  skip(fields: number): void {
    const { bytes, end } = this
    let { at } = this
    for (let left = fields; left > 0 && at <= end; at = (at + 1) | 0)
      if (bytes[at] === COMMA || at === end) left = (left - 1) | 0
    this.at = at
  }

  /** A field of one character: its code, or 0. Longer fields are refused. */
  letter(reason: string): number {
    const { bytes, at, end } = this
    if (at >= end) return 0
    const letter = bytes[at]!
    if (letter === COMMA) {
      this.at = (at + 1) | 0
      return 0
    }
    const next = (at + 1) | 0
    if (bytes[next] !== COMMA && next !== end) {
      this.refuse(reason)
      this.skip(1)
      return 0
    }
    this.at = (at + 2) | 0
    return letter
  }

  /** The next character of a field of letters, such as the modes of GNS; 0 ends the field. */
  nextLetter(): number {
    const letter = this.at < this.end ? this.bytes[this.at]! : COMMA
    this.at++
    return letter === COMMA ? 0 : letter
  }

  /** All that is left, commas too, one character a byte. */
  rest(): string {
    let text = ''
    for (let at = this.at; at < this.end; at++) text += String.fromCharCode(this.bytes[at]!)
    this.at = this.end + 1
    return text
  }
}
