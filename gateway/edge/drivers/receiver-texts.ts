import type { Log } from '../../foundation/log.ts'
import type { NmeaText } from './nmea/nmea.ts'

/** Some receivers say `ANTENNA OPEN` every second: what was said lately is not told again. */
const REMEMBERED = 32

/** Tells what the receivers of a gateway say in words (TXT): each text of a port once. */
export class ReceiverTexts {
  readonly #log: Log
  readonly #said = new Map<string, Set<string>>()

  constructor(log: Log) {
    this.#log = log
  }

  tell(port: string, { severity, text }: NmeaText): void {
    const said = this.#said.get(port) ?? new Set()
    this.#said.set(port, said)
    // What comes again moves to the end: the text that was not heard for longest is forgotten first.
    const isNew = !said.delete(text)
    said.add(text)
    if (said.size > REMEMBERED) said.delete(said.values().next().value!)
    if (!isNew) return
    const message = `the receiver says: ${text}`
    if (severity === 'error' || severity === 'warning') this.#log.warn({ port, severity }, message)
    else this.#log.info({ port }, message)
  }
}
