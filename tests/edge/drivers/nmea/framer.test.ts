import { describe, expect, it } from 'vitest'
import { Framer } from '../../../../gateway/edge/drivers/nmea/framer.ts'
import { sentence } from './nmea-writer.ts'

interface Framed {
  sentences: string[]
  unchecked: string[]
  faults: string[]
  skippedBytes: number
}

function framed(...chunks: (string | number[])[]): Framed {
  const result: Framed = { sentences: [], unchecked: [], faults: [], skippedBytes: 0 }
  const text = (bytes: Uint8Array, from: number, end: number): string =>
    Buffer.from(bytes.subarray(from, end)).toString('latin1')
  const framer = new Framer({
    onSentence: (bytes, from, end) => result.sentences.push(text(bytes, from, end)),
    onUnchecked: (bytes, from, end) => result.unchecked.push(text(bytes, from, end)),
    onFault: (fault) => result.faults.push(fault),
  })
  for (const chunk of chunks)
    framer.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : Uint8Array.from(chunk))
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
    expect(framed(...chunks), name).toEqual({ ...NONE, ...expected })
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
