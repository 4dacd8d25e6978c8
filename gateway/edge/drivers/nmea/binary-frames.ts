/**
 * The binary frames that receivers send between sentences. Their payload is anything: a `$`, line ends, a whole
 * sentence that is an old one or somebody else's. So they are taken by header and length, and believed by their
 * own checksum.
 *
 * - UBX, u-blox 8/M8 protocol specification, 32.2: B5 62, class, id, length (2, low byte first), payload, two sums.
 * - CASIC, of ZKMicro (AT6558 and its kin): BA CE, length (2, low byte first), class, id, payload, sum (4).
 * - RTCM 3, standard 10403, 4: D3, six zero bits, length (10 bits), payload, CRC-24Q.
 */

/** {@link frameLength}: no frame begins here. */
export const NO_FRAME = 0
/** {@link frameLength}: more bytes must come to tell. */
export const HEADER_INCOMPLETE = -1

interface FrameFormat {
  sync: readonly number[]
  headerLength: number
  checksumLength: number
  maxPayloadLength: number
  /** Of the payload. `at` is where the frame begins. */
  payloadLength(bytes: Uint8Array, at: number): number
  /** `end` is where the frame ends. */
  isSumRight(bytes: Uint8Array, at: number, end: number): boolean
}

/**
 * A length above the maximum is none, so that noise is not waited for. With these maxima every header has a control
 * character in it: none can stand within a sentence.
 */
const FORMATS: readonly FrameFormat[] = [
  {
    sync: [0xb5, 0x62],
    headerLength: 6,
    checksumLength: 2,
    // The largest in use is RXM-RAWX: 16 + 255 × 32.
    maxPayloadLength: 8191,
    payloadLength: (bytes, at) => bytes[at + 4]! | (bytes[at + 5]! << 8),
    isSumRight: isUbxSumRight,
  },
  {
    sync: [0xba, 0xce],
    headerLength: 6,
    checksumLength: 4,
    maxPayloadLength: 2047,
    payloadLength: (bytes, at) => bytes[at + 2]! | (bytes[at + 3]! << 8),
    isSumRight: isCasicSumRight,
  },
  {
    sync: [0xd3],
    headerLength: 3,
    checksumLength: 3,
    maxPayloadLength: 1023,
    payloadLength: (bytes, at) => (bytes[at + 1]! << 8) | bytes[at + 2]!,
    isSumRight: isRtcmSumRight,
  },
]

const formatBySync: (FrameFormat | undefined)[] = Array.from({ length: 256 }, (_, byte) =>
  FORMATS.find(({ sync }) => sync[0] === byte),
)

export const MAX_FRAME_LENGTH = Math.max(
  ...FORMATS.map(
    ({ headerLength, maxPayloadLength, checksumLength }) => headerLength + maxPayloadLength + checksumLength,
  ),
)

/** Bytes of the frame whose header stands at `at`, header and checksum counted; else one of the two above. */
export function frameLength(bytes: Uint8Array, at: number, end: number): number {
  const format = formatBySync[bytes[at]!]
  if (format === undefined) return NO_FRAME
  for (let place = 1; place < format.sync.length && at + place < end; place++)
    if (bytes[at + place] !== format.sync[place]) return NO_FRAME
  if (at + format.headerLength > end) return HEADER_INCOMPLETE
  const payloadLength = format.payloadLength(bytes, at)
  if (payloadLength > format.maxPayloadLength) return NO_FRAME
  return format.headerLength + payloadLength + format.checksumLength
}

/** Whether the frame `bytes[at … end)`, whose header is one, has a right checksum. */
export function isFrameSumRight(bytes: Uint8Array, at: number, end: number): boolean {
  return formatBySync[bytes[at]!]!.isSumRight(bytes, at, end)
}

/** The 8-bit Fletcher algorithm of RFC 1145 over class, id, length and payload. */
function isUbxSumRight(bytes: Uint8Array, at: number, end: number): boolean {
  let a = 0
  let b = 0
  for (let place = at + 2; place < end - 2; place++) {
    a = (a + bytes[place]!) & 0xff
    b = (b + a) & 0xff
  }
  return bytes[end - 2] === a && bytes[end - 1] === b
}

/**
 * Words, low byte first, added up: length, class and id as one of them, then the payload. The specification has class
 * above id in the first word, receivers have id above class: both are taken.
 */
function isCasicSumRight(bytes: Uint8Array, at: number, end: number): boolean {
  let sum = 0
  for (let place = at + 6; place < end - 4; place++)
    sum = (sum + (bytes[place]! << (((place - at - 6) & 3) * 8))) | 0
  const said = bytes[end - 4]! | (bytes[end - 3]! << 8) | (bytes[end - 2]! << 16) | (bytes[end - 1]! << 24)
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8)
  const high = bytes[at + 4]!
  const low = bytes[at + 5]!
  return [(low << 24) | (high << 16), (high << 24) | (low << 16)].some(
    (first) => ((sum + first + length) | 0) === said,
  )
}

const CRC_24Q_POLYNOMIAL = 0x1864cfb
const crc24q = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 16
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x800000 ? CRC_24Q_POLYNOMIAL : 0)
  return crc
})

/** A CRC over all of the frame, its own bytes included, is 0. */
function isRtcmSumRight(bytes: Uint8Array, at: number, end: number): boolean {
  let crc = 0
  for (let place = at; place < end; place++)
    crc = ((crc << 8) & 0xffffff) ^ crc24q[(crc >>> 16) ^ bytes[place]!]!
  return crc === 0
}
