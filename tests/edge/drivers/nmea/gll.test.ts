import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const PLACE = { lat: 60.084516666666666, lon: 23.5391 }

const CASES: SentenceCase[] = [
  [
    'with mode',
    '$GPGLL,6005.071,N,02332.346,E,095559,A,D*43',
    { verdict: 'fix', timeOfDayMs: 35_759_000, ...PLACE, quality: 'dgps' },
  ],
  [
    'without mode',
    '$GPGLL,6005.071,N,02332.346,E,095559,A',
    { verdict: 'fix', timeOfDayMs: 35_759_000, ...PLACE },
  ],
  ['position only, before edition 2.0', '$GPGLL,6005.071,N,02332.346,E', { verdict: 'fix', ...PLACE }],
  [
    'status V',
    '$GPGLL,6005.071,N,02332.346,E,095559,V,N',
    { verdict: 'no-fix', timeOfDayMs: 35_759_000, ...PLACE },
  ],
  [
    'status N, as Magellan sends it',
    '$GPGLL,6005.071,N,02332.346,E,095559,N,V',
    { verdict: 'no-fix', timeOfDayMs: 35_759_000, ...PLACE },
  ],
  ['all blank', '$GPGLL,,,,,,V,N', { verdict: 'no-fix' }],
  [
    'impossible position without fix',
    '$GPGLL,9999.0,N,99999.0,E,095559,V',
    { verdict: 'no-fix', timeOfDayMs: 35_759_000 },
  ],
  [
    'negative longitude, as a Unicore sends it',
    '$GNGLL,5327.03598945,N,-0214.41467156,W,130058.00,A,A',
    { error: 'longitude' },
  ],
]

it.each(CASES)('GLL: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
