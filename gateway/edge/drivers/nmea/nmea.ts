/**
 * In: bytes of an NMEA 0183 line, in chunks cut anywhere. Out: one fix an epoch. The way of the data:
 *
 *   bytes ─ Framer ─ sentence ─ SENTENCES (one reader a sentence) ─ Report ─ Epoch ─ Solution ─ fix
 *                                                                      └ date ─ Calendar ┘
 *
 * What may fail: nothing throws on any input. What cannot be used is counted by reason in `counts.rejected`:
 * `checksum`, `no-checksum`, `cut`, `too-long` from the line; `time`, `date`, `latitude`, `longitude`, `status`,
 * `quality`, `speed`, `course`, `altitude`, `hdop`, `satellites`, `accuracy`, `mode`, `dimension`, `system` for a
 * field that is not what it should be though the checksum is right; `untrusted-date` for a date that no receiver
 * which knows the time gives (the rest of that sentence is used); `no-fix` once an epoch without fix.
 */

import { ADDRESS_LENGTH, kindOf, talkerOf, UNKNOWN } from './address.ts'
import { Calendar, type CalendarOptions } from './calendar.ts'
import { Epoch } from './epoch.ts'
import { FieldReader } from './field-reader.ts'
import { Framer } from './framer.ts'
import { Report } from './report.ts'
import { SENTENCES } from './sentences.ts'
import type { NmeaFix } from './solution.ts'

export type { NmeaFix }

export interface NmeaHandlers {
  onFix(fix: NmeaFix): void
}

export type NmeaOptions = CalendarOptions

export interface NmeaCounts {
  /** Sentences whose checksum is right, unknown ones too. */
  readonly sentences: number
  readonly fixes: number
  /** Sentences of other talkers or of kinds that say nothing of a fix. */
  readonly unknown: number
  /** Bytes outside of sentences, line ends apart. */
  readonly skippedBytes: number
  /** Sentences refused, by reason, and epochs without fix. */
  readonly rejected: Readonly<Record<string, number>>
}

const COMMA = 0x2c

export class NmeaDecoder {
  readonly #handlers: NmeaHandlers
  readonly #framer: Framer
  readonly #fields = new FieldReader()
  readonly #report = new Report()
  readonly #calendar: Calendar
  readonly #epoch: Epoch
  #sentences = 0
  #fixes = 0
  #unknown = 0
  readonly #rejected: Record<string, number> = {}
  #hasChecksums = false

  constructor(handlers: NmeaHandlers, options: NmeaOptions = {}) {
    this.#handlers = handlers
    this.#calendar = new Calendar(options)
    this.#epoch = new Epoch(this.#calendar, {
      onFix: (fix) => {
        this.#fixes++
        this.#handlers.onFix(fix)
      },
      onReject: (reason) => this.#reject(reason),
    })
    this.#framer = new Framer({
      onSentence: (bytes, from, end) => {
        this.#hasChecksums = true
        this.#read(bytes, from, end)
      },
      onUnchecked: (bytes, from, end) => this.#readUnchecked(bytes, from, end),
      onFault: (fault) => this.#reject(fault),
    })
  }

  /** Decodes what is complete; fixes are given out during the call. The chunk is not kept. */
  push(chunk: Uint8Array): void {
    this.#framer.push(chunk)
  }

  /** The line is quiet: the epoch is over, its fix goes out. A sentence that was cut may still be continued. */
  idle(): void {
    this.#epoch.idle()
  }

  /** The line is closed or the file is at its end: as {@link idle}, and a sentence that was cut is given up. */
  end(): void {
    this.#framer.end()
    this.#epoch.idle()
  }

  get counts(): NmeaCounts {
    return {
      sentences: this.#sentences,
      fixes: this.#fixes,
      unknown: this.#unknown,
      skippedBytes: this.#framer.skippedBytes,
      rejected: this.#rejected,
    }
  }

  #read(bytes: Uint8Array, from: number, end: number): void {
    this.#sentences++
    const kind = kindOf(bytes, from, end)
    if (kind === UNKNOWN) {
      this.#unknown++
      return
    }
    const type = SENTENCES[kind]!
    const report = this.#report
    report.clear()
    this.#fields.start(bytes, from + ADDRESS_LENGTH + 1, end)
    type.read(this.#fields, report)
    if (this.#fields.error !== '') {
      this.#reject(this.#fields.error)
      return
    }
    this.#epoch.take(report, kind, talkerOf(bytes, from))
  }

  /**
   * Receivers that never send a checksum exist, and are believed; where checksums are the rule, a line without
   * one is a line that was cut. It must have all its fields, too: the first line of all may be cut.
   */
  #readUnchecked(bytes: Uint8Array, from: number, end: number): void {
    const kind = kindOf(bytes, from, end)
    const fieldsNeeded = kind === UNKNOWN ? 0 : SENTENCES[kind]!.fields
    if (this.#hasChecksums || commas(bytes, from, end) < fieldsNeeded) this.#reject('no-checksum')
    else this.#read(bytes, from, end)
  }

  #reject(reason: string): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1
  }
}

function commas(bytes: Uint8Array, from: number, end: number): number {
  let commas = 0
  for (let at = from; at < end; at++) if (bytes[at] === COMMA) commas++
  return commas
}
