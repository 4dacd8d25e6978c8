import { expect, it } from 'vitest'
import { SNR_SHIFT } from '../../../../gateway/edge/drivers/nmea/report.ts'
import { reportOf } from './read-sentence.ts'

interface View {
  error?: string
  parts?: number
  part?: number
  signal?: number
  /** Number and SNR, 0 where it is not tracked. */
  satellites?: [number: number, snrDb: number][]
}

const CASES: [name: string, line: string, expected: View][] = [
  [
    'four satellites',
    '$GPGSV,3,1,12,17,72,207,32,28,59,095,31,06,35,347,25,01,29,132,23*7B',
    {
      parts: 3,
      part: 1,
      satellites: [
        [17, 32],
        [28, 31],
        [6, 25],
        [1, 23],
      ],
    },
  ],
  [
    'not tracked',
    '$GPGSV,3,3,12,11,12,132,04,08,38,008,,02,35,348,,03,14,091,*73',
    {
      parts: 3,
      part: 3,
      satellites: [
        [11, 4],
        [8, 0],
        [2, 0],
        [3, 0],
      ],
    },
  ],
  ['with signal', '$GAGSV,3,3,09,33,62,034,08,7*41', { parts: 3, part: 3, signal: 7, satellites: [[33, 8]] }],
  [
    'signal of a letter',
    '$GBGSV,1,1,01,19,28,123,16,B',
    { parts: 1, part: 1, signal: 11, satellites: [[19, 16]] },
  ],
  ['blank signal', '$GBGSV,1,1,01,22,82,135,,*4F', { parts: 1, part: 1, satellites: [[22, 0]] }],
  [
    'signal and system, as Quectel sends it',
    '$PQGSV,4,4,14,23,09,350,,24,04,248,,0,4*6C',
    {
      parts: 4,
      part: 4,
      satellites: [
        [23, 0],
        [24, 0],
      ],
    },
  ],
  ['signal that is none', '$GPGSV,1,1,01,17,72,207,32,xy', { parts: 1, part: 1, satellites: [[17, 32]] }],
  ['none in view', '$GPGSV,1,1,00*79', { parts: 1, part: 1, satellites: [] }],
  ['none in view, of a signal', '$GPGSV,1,1,00,6', { parts: 1, part: 1, signal: 6, satellites: [] }],
  [
    'padded to its full length',
    '$GPGSV,1,1,01,17,72,207,32,,,,,,,,,,,,',
    { parts: 1, part: 1, satellites: [[17, 32]] },
  ],
  [
    'where elevation and azimuth are not known',
    '$GAGSV,2,2,04,102,,,40,103,,,29,1*7F',
    {
      parts: 2,
      part: 2,
      signal: 1,
      satellites: [
        [102, 40],
        [103, 29],
      ],
    },
  ],
  [
    'numbers of one and three digits, degrees of one',
    '$GPGSV,1,1,03,7,5,7,9,193,72,207,32,08,5,007,21',
    {
      parts: 1,
      part: 1,
      satellites: [
        [7, 9],
        [193, 32],
        [8, 21],
      ],
    },
  ],
  [
    'below the horizon, decimals, spaces',
    '$GPGSV,1,1,02,07,-5,123.4,42.5, 08, 05, 007, 21',
    {
      parts: 1,
      part: 1,
      satellites: [
        [7, 42],
        [8, 21],
      ],
    },
  ],
  [
    'the last SNR cut off with its comma',
    '$GPGSV,1,1,02,07,05,123,42,08,05,007',
    {
      parts: 1,
      part: 1,
      satellites: [
        [7, 42],
        [8, 0],
      ],
    },
  ],
  [
    'a satellite without number',
    '$GLGSV,1,1,02,,05,123,42,68,05,007,21',
    { parts: 1, part: 1, satellites: [[68, 21]] },
  ],
  [
    'padded with zeros',
    '$GPGSV,1,1,01,17,72,207,32,00,00,000,00,00,00,000,00',
    { parts: 1, part: 1, satellites: [[17, 32]] },
  ],
  [
    'more than nine sentences',
    '$GNGSV,12,10,45,07,05,123,42',
    { parts: 12, part: 10, satellites: [[7, 42]] },
  ],
  ['blank, as an instrument without receiver sends it', '$GPGSV,,,,,,,,,,,,,,,,,,,*79', { parts: 0 }],
  ['the third of two', '$GPGSV,2,3,12,17,72,207,32', { error: 'satellites' }],
  ['no number in the set', '$GPGSV,2,,12,17,72,207,32', { error: 'satellites' }],
  ['a satellite that is no number', '$GPGSV,1,1,01,1x,72,207,32', { error: 'satellites' }],
  ['satellite 1000', '$GPGSV,1,1,01,1000,72,207,32', { error: 'satellites' }],
  ['SNR that is no number', '$GPGSV,1,1,01,17,72,207,3x', { error: 'satellites' }],
  ['SNR of 100', '$GPGSV,1,1,01,17,72,207,100', { error: 'satellites' }],
  ['negative SNR', '$GPGSV,1,1,01,17,72,207,-5', { error: 'satellites' }],
]

it.each(CASES)('GSV: %s', (_, line, expected) => {
  const { report, error } = reportOf(line)
  if (error !== '') expect({ error }).toEqual(expected)
  else if (report.parts === 0) expect({ parts: 0 }).toEqual(expected)
  else {
    const { parts, part, signal, list, listed } = report
    const satellites = [...list.subarray(0, listed)].map((each) => [
      each % (1 << SNR_SHIFT),
      each >> SNR_SHIFT,
    ])
    expect({ parts, part, ...(signal > 0 && { signal }), satellites }).toEqual(expected)
  }
})
