import { ADDRESS_LENGTH, addressOf, kindOf, talkerOf, UNKNOWN } from './address.ts'
import { Calendar, type CalendarOptions } from './calendar.ts'
import { Epoch, type EpochHandlers } from './epoch.ts'
import { FieldReader } from './field-reader.ts'
import type { FramerHandlers, FramingFault } from './framer.ts'
import { Report } from './report.ts'
import { Satellites, type SystemSatellites } from './satellites.ts'
import { SENTENCES } from './sentences.ts'
import type { NmeaFix } from './solution.ts'
import { type NmeaText, textOf } from './txt.ts'

export interface NmeaHandlers {
  onFix(fix: NmeaFix): void
  /** A message of the receiver (TXT). Receivers send some at start, and some send one every second. */
  onText?(text: NmeaText): void
}

export type NmeaOptions = CalendarOptions

export interface InterpreterCounts {
  /** Sentences whose checksum is right, unknown ones too. */
  readonly sentences: number
  readonly fixes: number
  /** Sentences of other talkers or of kinds that are not read. */
  readonly unknown: number
  /** Sentences refused, by reason, and epochs without fix. */
  readonly rejected: Readonly<Record<string, number>>
}

const COMMA = 0x2c

/** Takes sentences as the framer finds them, and gives out what they say. */
export class Interpreter implements FramerHandlers, EpochHandlers {
  readonly #handlers: NmeaHandlers
  readonly #fields = new FieldReader()
  readonly #report = new Report()
  readonly #epoch: Epoch
  readonly #satellites = new Satellites()
  #sentences = 0
  #fixes = 0
  #unknown = 0
  /** Sentences that were lost on the line. */
  #faults = 0
  readonly #rejected: Record<string, number> = {}
  #hasChecksums = false

  constructor(handlers: NmeaHandlers, options: NmeaOptions) {
    this.#handlers = handlers
    this.#epoch = new Epoch(new Calendar(options), this)
  }

  get satellites(): readonly SystemSatellites[] {
    return this.#satellites.at(this.#epoch.count)
  }

  get counts(): InterpreterCounts {
    return {
      sentences: this.#sentences,
      fixes: this.#fixes,
      unknown: this.#unknown,
      rejected: this.#rejected,
    }
  }

  /** The line is quiet. */
  idle(): void {
    this.#epoch.idle()
  }

  onSentence(bytes: Uint8Array, from: number, end: number): void {
    this.#hasChecksums = true
    this.#read(bytes, from, end)
  }

  /**
   * Receivers that never send a checksum exist, and are believed; where checksums are the rule, a line without
   * one is a line that was cut. It must have all its fields, too: the first line of all may be cut.
   */
  onUnchecked(bytes: Uint8Array, from: number, end: number): void {
    const address = addressOf(bytes, from, end)
    const fieldsNeeded = address === UNKNOWN ? 0 : SENTENCES[kindOf(address)]!.fields
    if (this.#hasChecksums || commas(bytes, from, end) < fieldsNeeded) this.onReject('no-checksum')
    else this.#read(bytes, from, end)
  }

  onFault(fault: FramingFault): void {
    this.#faults++
    this.onReject(fault)
  }

  onFix(fix: NmeaFix): void {
    this.#fixes++
    this.#handlers.onFix(fix)
  }

  onReject(reason: string): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1
  }

  #read(bytes: Uint8Array, from: number, end: number): void {
    this.#sentences++
    const address = addressOf(bytes, from, end)
    if (address === UNKNOWN) {
      this.#unknown++
      return
    }
    const kind = kindOf(address)
    const type = SENTENCES[kind]!
    const report = this.#report
    report.clear()
    this.#fields.start(bytes, from + ADDRESS_LENGTH + 1, end)
    type.read(this.#fields, report)
    if (this.#fields.isRefused) {
      this.onReject(this.#fields.error)
      return
    }
    const { tells } = type
    const talker = talkerOf(address)
    if (tells === 'fix') this.#epoch.take(report, kind, talker)
    else if (tells === 'fix and used') {
      this.#satellites.takeUsed(report, talker, this.#epoch.count)
      this.#epoch.take(report, kind, talker)
    } else if (tells === 'in view') this.#satellites.takeView(report, talker, this.#epoch.count, this.#faults)
    else if (tells === 'date') this.#epoch.offerDate(report)
    else this.#giveText(report)
  }

  #giveText(report: Report): void {
    const text = textOf(report)
    if (text !== undefined) this.#handlers.onText?.(text)
  }
}

function commas(bytes: Uint8Array, from: number, end: number): number {
  let commas = 0
  for (let at = from; at < end; at++) if (bytes[at] === COMMA) commas++
  return commas
}
