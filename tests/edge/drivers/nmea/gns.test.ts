import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const TIME = { timeOfDayMs: 38_167_000 }
const PLACE = { lat: 53.450657, lon: -2.240410333333333 }
const gns = (modes: string): string =>
  `$GNGNS,103607.00,5327.03942,N,00214.42462,W,${modes},06,5.88,56.0,48.5,,,V`
const WHOLE = { verdict: 'fix', ...TIME, ...PLACE, altM: 56, hdop: 5.88, satellites: 6 } as const

const CASES: SentenceCase[] = [
  ['two systems used, two not', gns('AANN'), { ...WHOLE, quality: 'gps' }],
  ['one system, edition 2', gns('D'), { ...WHOLE, quality: 'dgps' }],
  ['the best mode counts', gns('NADF'), { ...WHOLE, quality: 'float-rtk' }],
  ['fixed before float ambiguities', gns('FR'), { ...WHOLE, quality: 'rtk' }],
  ['dead reckoning', gns('EE'), { ...WHOLE, quality: 'estimated' }],
  ['all systems without fix', '$GNGNS,103607.00,,,,,NNNN,00,99.99,,,,', { verdict: 'no-fix', ...TIME }],
  [
    'a system of its own after the GN sentence says nothing of the fix',
    '$GPGNS,103607.00,,,,,,6,,,,1.0,0',
    { ...TIME, satellites: 6 },
  ],
  [
    'longitude 181',
    '$GNGNS,103607.00,5327.03942,N,18100.00000,W,AA,06,5.88,56.0,48.5,,',
    { error: 'longitude' },
  ],
]

it.each(CASES)('GNS: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
