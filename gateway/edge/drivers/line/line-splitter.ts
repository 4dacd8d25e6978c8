import type { LinePortConfig } from './line-config.ts'
import { TimedRegex } from './timed-regex.ts'

export interface LineHandlers {
  /** One line without its delimiter; never empty. Broken UTF-8 stands as U+FFFD. */
  onLine(text: string): void
  /** A line was longer than allowed and is left out. */
  onTooLong(): void
}

/** A delimiter that is cut by the end of a chunk is found if it is no longer than this. */
const MAX_DELIMITER_BYTES = 16
const STEP_BYTES = 256

/**
 * In: bytes, in chunks cut anywhere. Out: lines. No more than one line and a step is ever held; of a line that
 * is too long nothing is kept but where it ends.
 */
export class LineSplitter {
  readonly #find: (held: Buffer) => { at: number; length: number } | undefined
  readonly #maxLineBytes: number
  readonly #handlers: LineHandlers
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true })
  #held: Buffer = Buffer.alloc(0)
  #skipping = false

  constructor({ delimiter, maxLineBytes }: LinePortConfig, handlers: LineHandlers) {
    this.#find = typeof delimiter === 'string' ? findText(delimiter) : findRegex(delimiter.regex)
    this.#maxLineBytes = maxLineBytes
    this.#handlers = handlers
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += STEP_BYTES) this.#step(chunk.subarray(at, at + STEP_BYTES))
  }

  #step(bytes: Uint8Array): void {
    this.#held = Buffer.concat([this.#held, bytes])
    for (let found = this.#find(this.#held); found; found = this.#find(this.#held)) {
      const line = this.#held.subarray(0, found.at)
      this.#held = this.#held.subarray(found.at + found.length)
      if (this.#skipping) this.#skipping = false
      else if (line.length > this.#maxLineBytes) this.#handlers.onTooLong()
      else if (line.length > 0) this.#handlers.onLine(this.#text.decode(line))
    }
    if (this.#held.length > this.#maxLineBytes + MAX_DELIMITER_BYTES) {
      if (!this.#skipping) this.#handlers.onTooLong()
      this.#skipping = true
      this.#held = this.#held.subarray(-MAX_DELIMITER_BYTES)
    }
  }
}

function findText(delimiter: string) {
  const bytes = Buffer.from(delimiter)
  return (held: Buffer) => {
    const at = held.indexOf(bytes)
    return at < 0 ? undefined : { at, length: bytes.length }
  }
}

function findRegex(source: string) {
  const regex = new TimedRegex(source)
  return (held: Buffer) => {
    // One character a byte, so that the places are the same.
    const match = regex.exec(held.toString('latin1'))
    // A regex may match nothing only in some places; that is no delimiter.
    if (match === null || match === 'timeout' || match[0].length === 0) return undefined
    return { at: match.index, length: match[0].length }
  }
}
