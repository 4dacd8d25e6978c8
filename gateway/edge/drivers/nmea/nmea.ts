/**
 * In: bytes of an NMEA 0183 line, in chunks cut anywhere. Out: one fix an epoch. The way of the data:
 *
 *   bytes ─ Framer ─ sentence ─ Interpreter ─ SENTENCES (one reader a sentence) ─ Report
 *     Report ┬ Epoch ─ Solution ─ fix
 *            ├ date ─ Calendar ┘
 *            ├ Satellites
 *            └ text
 *
 * What may fail: nothing throws on any input. What cannot be used is counted by reason in `counts.rejected`:
 * `checksum`, `no-checksum`, `cut`, `too-long` from the line; `time`, `date`, `latitude`, `longitude`, `status`,
 * `quality`, `speed`, `course`, `altitude`, `hdop`, `satellites`, `accuracy`, `mode`, `dimension`, `system`, `text`
 * for a field that is not what it should be though the checksum is right; `untrusted-date` for a date that no receiver
 * which knows the time gives (the rest of that sentence is used); `no-fix` once an epoch without fix.
 */

import { Framer } from './framer.ts'
import { Interpreter, type InterpreterCounts, type NmeaHandlers, type NmeaOptions } from './interpreter.ts'
import type { SystemSatellites } from './satellites.ts'
import type { NmeaFix } from './solution.ts'
import type { NmeaText } from './txt.ts'

export type { NmeaFix, NmeaHandlers, NmeaOptions, NmeaText, SystemSatellites }

export interface NmeaCounts extends InterpreterCounts {
  /** Bytes outside of sentences, line ends apart; all bytes of binary frames. */
  readonly skippedBytes: number
}

export class NmeaDecoder {
  readonly #interpreter: Interpreter
  readonly #framer: Framer

  constructor(handlers: NmeaHandlers, options: NmeaOptions = {}) {
    this.#interpreter = new Interpreter(handlers, options)
    this.#framer = new Framer(this.#interpreter)
  }

  /** Decodes what is complete; fixes are given out during the call. The chunk is not kept. */
  push(chunk: Uint8Array): void {
    this.#framer.push(chunk)
  }

  /**
   * The line is quiet: the epoch is over, its fix goes out. A sentence that was cut may still be continued; a binary
   * frame too, until the line is quiet once more.
   */
  idle(): void {
    this.#framer.idle()
    this.#interpreter.idle()
  }

  /** The line is closed or the file is at its end: as {@link idle}, and what was cut is given up. */
  end(): void {
    this.#framer.end()
    this.#interpreter.idle()
  }

  /**
   * Satellites in view (GSV) and used (GSA) by system, as last said; those of which nothing is said, or nothing has
   * been said for many epochs, are left out. Made when it is asked for.
   */
  get satellites(): readonly SystemSatellites[] {
    return this.#interpreter.satellites
  }

  get counts(): NmeaCounts {
    return { ...this.#interpreter.counts, skippedBytes: this.#framer.skippedBytes }
  }
}
