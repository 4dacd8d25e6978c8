import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const CASES: SentenceCase[] = [
  ['knots', '$GPVTG,251.34,T,,M,0.58,N,1.07,K,A', { courseDeg: 251.34, speedMps: 0.58 * (1852 / 3600) }],
  ['km/h where there are no knots', '$GPVTG,251.34,T,,M,,N,36.0,K,A', { courseDeg: 251.34, speedMps: 10 }],
  ['no course while standing', '$GNVTG,,T,,M,0.029,N,0.053,K,A', { speedMps: 0.029 * (1852 / 3600) }],
  ['blank', '$GPVTG,,,,,,,,,N', {}],
  ['mode N: the zeros are no measurement', '$GPVTG,000.0,T,,M,000.0,N,000.0,K,N', {}],
  [
    'before edition 2.3',
    '$GPVTG,87.21,T,,M,0.12,N,0.2,K',
    { courseDeg: 87.21, speedMps: 0.12 * (1852 / 3600) },
  ],
  ['negative speed', '$GPVTG,87.21,T,,M,-0.12,N,,K,A', { error: 'speed' }],
  ['course 400', '$GPVTG,400,T,,M,0.12,N,,K,A', { error: 'course' }],
]

it.each(CASES)('VTG: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
