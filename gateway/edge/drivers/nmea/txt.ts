import type { FieldReader } from './field-reader.ts'
import type { Report } from './report.ts'

export interface NmeaText {
  /** Absent where the receiver's number for it is not one of u-blox', which others took over. */
  severity?: TextSeverity
  /** Printable characters of Latin-1, others as `?`; at most as long as a sentence. */
  text: string
}

export type TextSeverity = 'error' | 'warning' | 'notice' | 'user'

/** u-blox M8 protocol specification, 31.2.27, TXT. */
const SEVERITIES: Record<number, TextSeverity> = { 0: 'error', 1: 'warning', 2: 'notice', 7: 'user' }

const MAX_KIND = 99

/** TXT, a message of the receiver: `sentences,sentence,kind,text`. Each sentence is a message of its own here. */
export function readTxt(fields: FieldReader, report: Report): void {
  fields.skip(2)
  report.textKind = fields.whole(0, MAX_KIND, 'text')
  report.text = fields.rest()
}

/** The message of a TXT sentence; undefined where it is blank. */
export function textOf({ text, textKind }: Report): NmeaText | undefined {
  const printable = unescaped(text)
    .replace(/[^\x20-\x7e\xa1-\xac\xae-\xff]/g, '?')
    .trim()
  if (printable === '') return undefined
  const severity = SEVERITIES[textKind]
  return severity === undefined ? { text: printable } : { severity, text: printable }
}

/** `^2C` is a comma: characters that a sentence must not have, in hexadecimal (NMEA 0183 4.11, 5.1.3). */
function unescaped(text: string): string {
  return text.replace(/\^([0-9A-F]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
