/**
 * What InfluxDB answers to an InfluxQL query: one or more messages, each MessagePack or JSON, whichever the
 * server speaks. CSV would be as fast, but 1.x leaves errors out of it.
 */

export interface Series {
  tags: Record<string, string>
  columns: string[]
  values: (number | string | null)[][]
}

interface Message {
  error?: string
  results?: { error?: string; series?: Partial<Series>[] }[]
}

/** The series of one statement in order; a long one comes in several parts. @throws Error with the server's words. */
export function* answeredSeries(body: Uint8Array): Generator<Series> {
  const messages = body[0] === 0x7b ? jsonMessages(body) : msgpackMessages(body)
  for (const message of messages) {
    if (message.error) throw new Error(message.error)
    for (const result of message.results ?? []) {
      if (result.error) throw new Error(result.error)
      for (const { tags = {}, columns = [], values = [] } of result.series ?? [])
        yield { tags, columns, values }
    }
  }
}

function* jsonMessages(body: Uint8Array): Generator<Message> {
  for (const line of new TextDecoder().decode(body).split('\n'))
    if (line.trim() !== '') yield JSON.parse(line) as Message
}

function* msgpackMessages(body: Uint8Array): Generator<Message> {
  const reader = new MsgpackReader(body)
  while (!reader.done) yield reader.value() as Message
}

/** The part of MessagePack (github.com/msgpack/msgpack, spec.md) that InfluxDB uses: everything but binary and extensions. */
class MsgpackReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** @throws RangeError where the bytes are cut off, Error for a type that InfluxDB does not use. */
  value(): unknown {
    const tag = this.#view.getUint8(this.#at++)
    if (tag < 0x80) return tag
    if (tag < 0x90) return this.#map(tag & 0x0f)
    if (tag < 0xa0) return this.#array(tag & 0x0f)
    if (tag < 0xc0) return this.#text(tag & 0x1f)
    if (tag >= 0xe0) return tag - 0x100
    switch (tag) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xca:
        return this.#view.getFloat32(this.#skip(4))
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8))
      case 0xcc:
        return this.#view.getUint8(this.#skip(1))
      case 0xcd:
        return this.#view.getUint16(this.#skip(2))
      case 0xce:
        return this.#view.getUint32(this.#skip(4))
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#skip(8)))
      case 0xd0:
        return this.#view.getInt8(this.#skip(1))
      case 0xd1:
        return this.#view.getInt16(this.#skip(2))
      case 0xd2:
        return this.#view.getInt32(this.#skip(4))
      case 0xd3:
        return this.#view.getInt32(this.#skip(4)) * 2 ** 32 + this.#view.getUint32(this.#skip(4))
      case 0xd9:
        return this.#text(this.#view.getUint8(this.#skip(1)))
      case 0xda:
        return this.#text(this.#view.getUint16(this.#skip(2)))
      case 0xdb:
        return this.#text(this.#view.getUint32(this.#skip(4)))
      case 0xdc:
        return this.#array(this.#view.getUint16(this.#skip(2)))
      case 0xdd:
        return this.#array(this.#view.getUint32(this.#skip(4)))
      case 0xde:
        return this.#map(this.#view.getUint16(this.#skip(2)))
      case 0xdf:
        return this.#map(this.#view.getUint32(this.#skip(4)))
      default:
        throw new Error(`MessagePack type 0x${tag.toString(16)} is not one that InfluxDB uses`)
    }
  }

  /** Where the next `count` bytes begin. */
  #skip(count: number): number {
    const at = this.#at
    this.#at += count
    return at
  }

  #text(length: number): string {
    const start = this.#skip(length)
    if (this.#at > this.#bytes.length) throw new RangeError('MessagePack text is cut off')
    return utf8.decode(this.#bytes.subarray(start, this.#at))
  }

  #array(length: number): unknown[] {
    const values: unknown[] = []
    for (let i = 0; i < length; i++) values.push(this.value())
    return values
  }

  #map(length: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    for (let i = 0; i < length; i++) map[String(this.value())] = this.value()
    return map
  }
}

const utf8 = new TextDecoder()
