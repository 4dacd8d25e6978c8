import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const CASES: SentenceCase[] = [
  [
    'four satellites',
    '$GPGSA,A,3,16,23,13,29,,,,,,,,,3.11,2.95,0.99*00',
    { dimension: 3, hdop: 2.95, list: [16, 23, 13, 29] },
  ],
  [
    'twelve satellites of BeiDou, system in field 18',
    '$GNGSA,A,3,01,02,03,04,05,06,07,08,09,10,11,12,1.05,0.64,0.83,4',
    { dimension: 3, hdop: 0.64, system: 4, list: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
  ],
  [
    'gaps in the list',
    '$GPGSA,A,2,20,,,,31,,,,,,,,02.6,01.4,02.1',
    { dimension: 2, hdop: 1.4, list: [20, 31] },
  ],
  ['no fix is not said by GSA alone', '$BDGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99', {}],
  ['one blank too many, as SiRF sends it', '$GPGSA,A,1,,,,,,,,,,,,,,,,', {}],
  [
    'numbers of one and three digits, padded with spaces',
    '$GNGSA,A,3,8, 16,301,,,,,,,,,,1.2,0.9,0.9,0',
    { dimension: 3, hdop: 0.9, list: [8, 16, 301] },
  ],
  [
    'another quantity where the system should be',
    '$BDGSA,A,3,01,,,,,,,,,,,,1.2,0.9,0.9,1.3',
    { dimension: 3, hdop: 0.9, list: [1] },
  ],
  ['HDOP 99.99 is unknown', '$GPGSA,A,3,04,,,,,,,,,,,,99.99,99.99,99.99', { dimension: 3, list: [4] }],
  ['cut off after the list', '$GPGSA,A,3,04,05', { dimension: 3, list: [4, 5] }],
  ['a satellite that is no number', '$GPGSA,A,3,04,xx,,,,,,,,,,,1.0,1.0,1.0', { error: 'satellites' }],
  ['satellite 1000', '$GPGSA,A,3,1000,,,,,,,,,,,,1.0,1.0,1.0', { error: 'satellites' }],
  ['system that is none', '$GNGSA,A,3,04,,,,,,,,,,,,1.0,1.0,1.0,16', { error: 'system' }],
  ['HDOP that is no number', '$GPGSA,A,3,04,,,,,,,,,,,,1.0,x,1.0', { error: 'hdop' }],
]

it.each(CASES)('GSA: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
