import { QUALITIES, type Quality } from '../../proto/domain.ts'

/** What the loop gives out of an epoch; a value that was not said is undefined. */
export interface LoopFix {
  timeMs: number
  lat: number
  lon: number
  altM: number | undefined
  speedMps: number | undefined
  courseDeg: number | undefined
  hdop: number | undefined
  satellites: number | undefined
  quality: Quality | undefined
}

const DOLLAR = 0x24
const ASTERISK = 0x2a
const COMMA = 0x2c
const DOT = 0x2e
const MINUS = 0x2d
const ZERO = 0x30
const LETTER_A = 0x41

const HEX = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, power) => 10 ** power)

/**
 * The peer of the NMEA benchmark: what whoever needs only fixes of GGA and RMC writes, byte by byte and without
 * strings. It finds sentences in chunks cut anywhere; passes over all but GGA and RMC of any talker without a look at
 * their checksums; verifies the checksum of these; reads time, date, position, speed, course, quality, satellites,
 * HDOP and altitude, blank fields, south, west and below the sea included; joins both by their time; and gives one
 * object an epoch, none where status V or quality 0 says that there is no fix.
 *
 * It believes the fields of a sentence whose checksum is right, and knows no other sentence, no binary frame, no
 * line without checksum, no end of an epoch but the next, no counts.
 */
export class GgaRmcLoop {
  readonly #onFix: (fix: LoopFix) => void
  #rest: Uint8Array = new Uint8Array()
  #bytes: Uint8Array = this.#rest
  #at = 0
  #timeOfDayMs = -1
  #hasFix = false
  #hasNoFix = false
  #lat = 0
  #lon = 0
  #altM = Number.NaN
  #speedMps = Number.NaN
  #courseDeg = Number.NaN
  #hdop = Number.NaN
  #satellites = Number.NaN
  #quality = 0
  #date = -1
  #dayMs = Number.NaN

  constructor(onFix: (fix: LoopFix) => void) {
    this.#onFix = onFix
  }

  push(chunk: Uint8Array): void {
    let bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#rest.length > 0) {
      const joined = new Uint8Array(this.#rest.length + bytes.length)
      joined.set(this.#rest)
      joined.set(bytes, this.#rest.length)
      bytes = joined
    }
    this.#rest = bytes.slice(this.#scan(bytes))
  }

  end(): void {
    this.#emit()
  }

  /** Returns where a sentence begins that is not complete, else the end. */
  #scan(bytes: Uint8Array): number {
    const end = bytes.length
    let at = 0
    while (at < end) {
      if (bytes[at] !== DOLLAR) {
        at++
        continue
      }
      const start = at
      if (start + 6 >= end) return start
      const isGga = bytes[start + 3] === 0x47 && bytes[start + 4] === 0x47 && bytes[start + 5] === 0x41
      const isRmc = bytes[start + 3] === 0x52 && bytes[start + 4] === 0x4d && bytes[start + 5] === 0x43
      at = start + 6
      if (!isGga && !isRmc) continue
      let sum = 0
      let byte = 0
      for (at = start + 1; at < end; at++) {
        byte = bytes[at]!
        if (byte === ASTERISK || byte === DOLLAR) break
        sum ^= byte
      }
      if (at + 2 >= end) return start
      if (byte !== ASTERISK) continue
      if (HEX[bytes[at + 1]!]! * 16 + HEX[bytes[at + 2]!]! === sum) {
        this.#bytes = bytes
        this.#at = start + 7
        if (isGga) this.#readGga()
        else this.#readRmc()
      }
      at += 3
    }
    return end
  }

  #readGga(): void {
    this.#begin(this.#timeOfDay())
    const lat = this.#angle(0x53)
    const lon = this.#angle(0x57)
    const quality = this.#letter() - ZERO
    if (quality <= 0) {
      this.#hasNoFix ||= quality === 0
      return
    }
    this.#hasFix = true
    this.#lat = lat
    this.#lon = lon
    this.#quality = quality
    this.#satellites = this.#number()
    this.#hdop = this.#number()
    this.#altM = this.#number()
  }

  #readRmc(): void {
    this.#begin(this.#timeOfDay())
    if (this.#letter() !== LETTER_A) {
      this.#hasNoFix = true
      return
    }
    const lat = this.#angle(0x53)
    const lon = this.#angle(0x57)
    if (!this.#hasFix) {
      this.#lat = lat
      this.#lon = lon
    }
    this.#hasFix = true
    this.#speedMps = this.#number() * (1852 / 3600)
    this.#courseDeg = this.#number()
    const date = this.#number()
    if (date === this.#date) return
    this.#date = date
    this.#dayMs = Date.UTC(2000 + (date % 100), (Math.floor(date / 100) % 100) - 1, Math.floor(date / 10_000))
  }

  #begin(timeOfDayMs: number): void {
    if (timeOfDayMs === this.#timeOfDayMs) return
    this.#emit()
    this.#timeOfDayMs = timeOfDayMs
    this.#hasNoFix = false
    this.#quality = 0
    this.#altM = Number.NaN
    this.#speedMps = Number.NaN
    this.#courseDeg = Number.NaN
    this.#hdop = Number.NaN
    this.#satellites = Number.NaN
  }

  #emit(): void {
    if (this.#hasFix && !this.#hasNoFix)
      this.#onFix({
        timeMs: this.#dayMs + this.#timeOfDayMs,
        lat: this.#lat,
        lon: this.#lon,
        altM: known(this.#altM),
        speedMps: known(this.#speedMps),
        courseDeg: known(this.#courseDeg),
        hdop: known(this.#hdop),
        satellites: known(this.#satellites),
        quality: this.#quality === 0 ? undefined : (QUALITIES[this.#quality] as Quality | undefined),
      })
    this.#hasFix = false
  }

  #timeOfDay(): number {
    const time = this.#number()
    const whole = Math.floor(time)
    const seconds = (Math.floor(whole / 10_000) * 60 + (Math.floor(whole / 100) % 100)) * 60 + (whole % 100)
    return seconds * 1000 + Math.round((time - whole) * 1000)
  }

  /** Number and side, which makes it negative. */
  #angle(negative: number): number {
    const number = this.#number()
    const degrees = Math.floor(number / 100)
    const angle = degrees + (number - degrees * 100) / 60
    return this.#letter() === negative ? -angle : angle
  }

  #letter(): number {
    const letter = this.#bytes[this.#at]!
    this.#at += letter === COMMA || letter === ASTERISK ? 1 : 2
    return letter
  }

  /** NaN where it is blank. */
  #number(): number {
    const bytes = this.#bytes
    let at = this.#at
    let byte = bytes[at]!
    if (byte === COMMA || byte === ASTERISK) {
      this.#at = at + 1
      return Number.NaN
    }
    const isNegative = byte === MINUS
    if (isNegative) byte = bytes[++at]!
    let number = 0
    let point = -1
    while (byte !== COMMA && byte !== ASTERISK) {
      if (byte === DOT) point = at
      else number = number * 10 + byte - ZERO
      byte = bytes[++at]!
    }
    this.#at = at + 1
    if (point >= 0) number /= POWERS_OF_TEN[at - point - 1]!
    return isNegative ? -number : number
  }
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}
