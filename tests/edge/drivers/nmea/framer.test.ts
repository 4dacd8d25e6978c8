import { describe, expect, it } from 'vitest'
import { Framer } from '../../../../gateway/edge/drivers/nmea/framer.ts'
import { casicFrame, rtcmFrame, ubxFrame } from './frame-writer.ts'
import { sentence } from './nmea-writer.ts'

interface Framed {
  sentences: string[]
  unchecked: string[]
  faults: string[]
  skippedBytes: number
  /** How many of the sentences came before the end of the input. */
  sentencesBeforeEnd?: number
}

/** `IDLE` in the place of a chunk: the line is quiet. */
const IDLE = null

function framed(...chunks: (string | number[] | Uint8Array | typeof IDLE)[]): Framed {
  const result: Framed = { sentences: [], unchecked: [], faults: [], skippedBytes: 0 }
  const text = (bytes: Uint8Array, from: number, end: number): string =>
    Buffer.from(bytes.subarray(from, end)).toString('latin1')
  const framer = new Framer({
    onSentence: (bytes, from, end) => result.sentences.push(text(bytes, from, end)),
    onUnchecked: (bytes, from, end) => result.unchecked.push(text(bytes, from, end)),
    onFault: (fault) => result.faults.push(fault),
  })
  for (const chunk of chunks) {
    if (chunk === IDLE) framer.idle()
    else framer.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : Uint8Array.from(chunk))
  }
  const { sentences } = result
  result.sentencesBeforeEnd = sentences.length
  framer.end()
  result.skippedBytes = framer.skippedBytes
  return result
}

const NONE: Framed = { sentences: [], unchecked: [], faults: [], skippedBytes: 0 }
const GOOD = 'GPGLL,6005.071,N,02332.346,E,095559,A,D'
/** UBX NAV-PVT begins so; 0x24 is in it, and so is 0x2a. */
const UBX = [0xb5, 0x62, 0x01, 0x07, 0x24, 0x10, 0x00, 0x2a, 0x31, 0x32]

describe('framer', () => {
  it.each<[name: string, chunks: (string | number[])[], expected: Partial<Framed>]>([
    ['one line', [`$${GOOD}*43\r\n`], { sentences: [GOOD] }],
    [
      'checksum in small letters',
      ['$GNZDA,103607.00,06,03,2021,00,00*7f\r\n'],
      { sentences: ['GNZDA,103607.00,06,03,2021,00,00'] },
    ],
    ['complete with the checksum, no line end needed', [`$${GOOD}*43`], { sentences: [GOOD] }],
    [
      'line ends in LF, in CR CR LF, in nothing',
      [`$${GOOD}*43\n$${GOOD}*43\r\r\n$${GOOD}*43$${GOOD}*43`],
      { sentences: [GOOD, GOOD, GOOD, GOOD] },
    ],
    ['cut in the middle', [`$${GOOD.slice(0, 20)}`, `${GOOD.slice(20)}*43\r\n`], { sentences: [GOOD] }],
    ['cut before and in the checksum', [`$${GOOD}`, '*', '4', '3\r\n'], { sentences: [GOOD] }],
    ['cut after the $', ['$', `${GOOD}*43`], { sentences: [GOOD] }],
    ['empty chunks', ['', `$${GOOD}`, '', '*43'], { sentences: [GOOD] }],
    ['wrong checksum', [`$${GOOD}*44\r\n$${GOOD}*43`], { sentences: [GOOD], faults: ['checksum'] }],
    [
      'checksum that is no hex',
      ['$GNVTG,,T,,M,0.145,N,0.269,K,A*3)\r\n'],
      { faults: ['checksum'], skippedBytes: 1 },
    ],
    ['checksum of one digit', [`$${GOOD}*4\r\n`], { faults: ['checksum'] }],
    [
      'checksum of no digit, then a sentence',
      [`$${GOOD}*$${GOOD}*43`],
      { sentences: [GOOD], faults: ['checksum'] },
    ],
    [
      'a bad second digit in the next chunk',
      [`$${GOOD}*4`, `$${GOOD}*43`],
      { sentences: [GOOD], faults: ['checksum'] },
    ],
    ['a $ in the middle begins anew', [`$GPGGA,030130$${GOOD}*43`], { sentences: [GOOD], faults: ['cut'] }],
    [
      'cut by a control character',
      [`$GPGGA,0301\x1b[H$${GOOD}*43`],
      { sentences: [GOOD], faults: ['cut'], skippedBytes: 3 },
    ],
    ['a line without checksum', [`$${GOOD}\r\n`], { unchecked: [GOOD] }],
    ['a line that the end of the file cuts', [`$${GOOD}`], { faults: ['cut'] }],
    ['a $ alone at the end', ['$'], { skippedBytes: 1 }],
    ['text before and between', [`# $5 log\r\n$${GOOD}*43 x\r\n`], { sentences: [GOOD], skippedBytes: 10 }],
    ['binary with $ and * in it', [UBX, `$${GOOD}*43`, UBX], { sentences: [GOOD], skippedBytes: 20 }],
    [
      'binary that begins like a sentence up to the real one',
      [[0x24, 0xe1, 0xe2, 0xe3], `$${GOOD}*43`],
      { sentences: [GOOD], skippedBytes: 4 },
    ],
    ['encapsulated sentences are skipped', ['!AIVDM,1*00\r\n'], { skippedBytes: 11 }],
    [
      'spaces and other low characters within',
      [sentence("GPTXT,HW  (UBX) 'x'")],
      { sentences: ["GPTXT,HW  (UBX) 'x'"] },
    ],
  ])('%s', (name, chunks, expected) => {
    expect(framed(...chunks), name).toMatchObject({ ...NONE, ...expected })
  })

  it('takes sentences of up to 254 characters and gives up longer ones', () => {
    const long = (length: number): string => `GPTXT,${'x'.repeat(length - 6)}`
    expect(framed(sentence(long(254))).sentences).toEqual([long(254)])
    expect(framed(sentence(long(255)), `$${GOOD}*43`)).toMatchObject({
      sentences: [GOOD],
      faults: ['too-long'],
    })
  })

  it('a line that never ends keeps memory bounded and is counted once', () => {
    expect(framed(`$GPGGA,${'9'.repeat(100_000)}`, `\r\n$${GOOD}*43`)).toMatchObject({
      sentences: [GOOD],
      faults: ['too-long'],
    })
  })
})

describe('binary frames', () => {
  const LINE = `$${GOOD}*43\r\n`
  const HOLDING: [name: string, frame: Buffer][] = [
    ['UBX', ubxFrame(0x01, 0x07, Buffer.from(`\0$${LINE}$GP`))],
    ['UBX whose class is a line feed', ubxFrame(0x0a, 0x04, Buffer.from(LINE))],
    ['UBX whose id is a $', ubxFrame(0x29, 0x24, Buffer.from(LINE))],
    ['UBX whose length is a *', ubxFrame(0x29, 0x35, Buffer.from(LINE.slice(0, 0x2a)))],
    ['CASIC', casicFrame(0x01, 0x03, Buffer.from(`12${LINE}`))],
    ['CASIC whose length is a $', casicFrame(0x01, 0x03, Buffer.alloc(0x24, 'x'))],
    ['CASIC whose length is a *', casicFrame(0x01, 0x03, Buffer.from(LINE.padEnd(0x2c).slice(0, 0x2c)))],
    ['RTCM 3', rtcmFrame(Buffer.from(`${LINE}${LINE}`))],
    ['UBX as long as can be', ubxFrame(0x02, 0x15, Buffer.alloc(8191, LINE))],
    ['RTCM 3 as long as can be', rtcmFrame(Buffer.alloc(1023, LINE))],
    [
      'empty ones',
      Buffer.concat([ubxFrame(5, 1, Buffer.of()), casicFrame(5, 1, Buffer.of()), rtcmFrame(Buffer.of())]),
    ],
  ]
  const cutBy = (bytes: Buffer, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, turn) =>
      bytes.subarray(turn * size, turn * size + size),
    )

  it.each(HOLDING)('%s: skipped whole, whatever it holds', (_, frame) => {
    const line = Buffer.from(LINE)
    const bytes = Buffer.concat([line, frame, frame, line])
    for (const size of [bytes.length, 1, 5, 600])
      expect(framed(...cutBy(bytes, size))).toMatchObject({
        ...NONE,
        sentences: [GOOD, GOOD],
        skippedBytes: frame.length * 2,
      })
  })

  it.each(HOLDING)('%s: cuts a sentence, and is skipped', (_, frame) => {
    const bytes = Buffer.concat([Buffer.from('$GPGGA,120000,48'), frame, Buffer.from(LINE)])
    for (const size of [bytes.length, 1, 5, 600])
      expect(framed(...cutBy(bytes, size))).toMatchObject({
        ...NONE,
        sentences: [GOOD],
        faults: ['cut'],
        skippedBytes: frame.length,
      })
  })

  it('with a wrong checksum are none: what they hold is read', () => {
    const frame = ubxFrame(0x01, 0x07, Buffer.from(LINE))
    frame[frame.length - 1]! ^= 1
    expect(framed(frame, LINE)).toMatchObject({ sentences: [GOOD, GOOD], faults: [] })
  })

  it('that lost bytes hold back what follows only until their length has come', () => {
    const frame = ubxFrame(0x01, 0x07, Buffer.alloc(92)).subarray(0, 60)
    expect(framed(frame, LINE.repeat(3))).toMatchObject({
      sentencesBeforeEnd: 3,
      sentences: [GOOD, GOOD, GOOD],
    })
  })

  it('that were cut are given up when the line is quiet for the second time', () => {
    const frame = ubxFrame(0x01, 0x07, Buffer.alloc(4000)).subarray(0, 60)
    expect(framed(frame, LINE, LINE).sentencesBeforeEnd).toBe(0)
    expect(framed(frame, LINE, IDLE, LINE).sentencesBeforeEnd).toBe(0)
    expect(framed(frame, LINE, IDLE, LINE, IDLE)).toMatchObject({ sentencesBeforeEnd: 2, faults: [] })
    expect(framed(frame, IDLE, IDLE, LINE).sentencesBeforeEnd).toBe(1)
  })

  it('that were begun after the line was quiet are still waited for, and so are sentences', () => {
    const cut = rtcmFrame(Buffer.alloc(900)).subarray(0, 10)
    const whole = ubxFrame(0x01, 0x07, Buffer.from(LINE))
    const [begin, end] = [whole.subarray(0, 20), whole.subarray(20)]
    expect(framed(cut, IDLE, LINE, begin, IDLE, end, LINE)).toMatchObject({
      ...NONE,
      sentences: [GOOD, GOOD],
      skippedBytes: cut.length + whole.length,
    })
    expect(framed(cut, IDLE, LINE.slice(0, 9), IDLE, LINE.slice(9))).toMatchObject({
      sentences: [GOOD],
      faults: [],
    })
  })

  it('that never end: the end of the input gives them up, and a sentence cut there is cut', () => {
    const frame = ubxFrame(0x01, 0x07, Buffer.alloc(4000)).subarray(0, 60)
    expect(framed(frame, LINE, '$GPGGA,12')).toMatchObject({
      sentences: [GOOD],
      faults: ['cut'],
      skippedBytes: 60,
    })
  })

  it('headers one after the other, none of them true, keep memory bounded and lose nothing', () => {
    const headers = Buffer.alloc(30_000, Buffer.from([0xb5, 0x62, 0x01, 0x07, 0xff, 0x1f]))
    expect(framed(...cutBy(headers, 4096), LINE)).toMatchObject({ sentences: [GOOD], skippedBytes: 30_000 })
  })
})
