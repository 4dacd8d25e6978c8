import { describe, expect, it } from 'vitest'
import { NmeaDecoder } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { type NmeaText, textOf } from '../../../../gateway/edge/drivers/nmea/txt.ts'
import { sentence } from './nmea-writer.ts'
import { reportOf } from './read-sentence.ts'

const CASES: [name: string, line: string, expected: NmeaText | undefined][] = [
  [
    'a notice',
    '$GNTXT,01,01,02,u-blox AG - www.u-blox.com*4E',
    { severity: 'notice', text: 'u-blox AG - www.u-blox.com' },
  ],
  ['an error', '$GNTXT,01,01,00,txbuf alloc*61', { severity: 'error', text: 'txbuf alloc' }],
  ['a warning', '$GPTXT,01,01,01,ANTENNA OPEN*25', { severity: 'warning', text: 'ANTENNA OPEN' }],
  ['of the user', '$GPTXT,01,01,07,hello', { severity: 'user', text: 'hello' }],
  [
    'of a kind of its own',
    '$GPTXT,01,01,25,DR MODE - ANTENNA FAULT^21',
    { text: 'DR MODE - ANTENNA FAULT!' },
  ],
  ['of no kind', '$GPTXT,01,01,,hello', { text: 'hello' }],
  [
    'spaces at its ends',
    '$GPTXT,01,01,02,HW  UBX-G70xx   00070000 *77',
    { severity: 'notice', text: 'HW  UBX-G70xx   00070000' },
  ],
  ['escapes for what separates', '$GPTXT,01,01,02,a^2Cb^2ac^5Ed', { severity: 'notice', text: 'a,b*c^d' }],
  ['escapes of Latin-1', '$GPTXT,01,01,02,K^E4se 20^b0', { severity: 'notice', text: 'Käse 20°' }],
  [
    'escapes of control characters',
    '$GPTXT,01,01,02,a^0D^0Ab^1B[31m^7F',
    { severity: 'notice', text: 'a??b?[31m?' },
  ],
  ['escapes that are none', '$GPTXT,01,01,02,^^4 ^ZZ^', { severity: 'notice', text: '^^4 ^ZZ^' }],
  ['an escaped escape is not read twice', '$GPTXT,01,01,02,^5E2C', { severity: 'notice', text: '^2C' }],
  [
    'commas in it',
    '$GNTXT,01,01,02,GNSS OTP:  GPS GLO, SEL:  GPS GLO*67',
    { severity: 'notice', text: 'GNSS OTP:  GPS GLO, SEL:  GPS GLO' },
  ],
  ['blank', '$GPTXT,01,01,02,', undefined],
  ['nothing but spaces', '$GPTXT,01,01,02,^20 ', undefined],
  ['cut short', '$GPTXT,01', undefined],
]

describe('TXT', () => {
  it.each(CASES)('%s', (_, line, expected) => {
    const { report, error } = reportOf(line)
    expect(error).toBe('')
    expect(textOf(report)).toEqual(expected)
  })

  it('a kind that is no number is refused', () => {
    expect(reportOf('$GPTXT,01,01,x,hello').error).toBe('text')
  })

  it('messages come in order, with bytes above 127 as Latin-1, as long as a sentence at most', () => {
    const texts: NmeaText[] = []
    const decoder = new NmeaDecoder({ onFix() {}, onText: (text) => texts.push(text) })
    const long = 'x'.repeat(239)
    decoder.push(
      Buffer.from(
        ['GPTXT,01,01,02,20°', `GNTXT,02,01,01,${long}`, 'GNTXT,02,02,01,end'].map(sentence).join(''),
        'latin1',
      ),
    )
    expect(texts).toEqual([
      { severity: 'notice', text: '20°' },
      { severity: 'warning', text: long },
      { severity: 'warning', text: 'end' },
    ])
    expect(decoder.counts).toMatchObject({ sentences: 3, unknown: 0, rejected: {} })
  })

  it('nobody need listen', () => {
    const decoder = new NmeaDecoder({ onFix() {} })
    decoder.push(Buffer.from(sentence('GPTXT,01,01,02,hello')))
    expect(decoder.counts).toMatchObject({ sentences: 1, unknown: 0, rejected: {} })
  })
})
