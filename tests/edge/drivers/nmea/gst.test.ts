import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const TIME = { timeOfDayMs: 38_167_000 }

const CASES: SentenceCase[] = [
  [
    'sigmas of latitude and longitude',
    '$GNGST,103607.00,16.1,22.2,10.2,2.0,3.0,4.0,1.4',
    { ...TIME, accuracyM: 5 },
  ],
  ['blank', '$GPGST,103607.00,,,,,,,', TIME],
  ['one sigma only', '$GPGST,103607.00,1.0,,,,3.0,,', TIME],
  ['zeros are no measurement', '$GPGST,103607.00,0,0,0,0,0.0,0.0,0.0', TIME],
  ['negative', '$GPGST,103607.00,1.0,,,,-3.0,4.0,', { error: 'accuracy' }],
]

it.each(CASES)('GST: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
