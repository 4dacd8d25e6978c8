import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const TIME = { timeOfDayMs: 38_167_000 }

const CASES: SentenceCase[] = [
  ['a full sentence', '$GNZDA,103607.00,06,03,2021,00,00*7f', { ...TIME, date: '2021-03-06' }],
  ['local zone is of no account', '$GPZDA,103607,16,04,2014,-02,00', { ...TIME, date: '2014-04-16' }],
  ['year of two digits', '$GPZDA,103607,16,04,14,-02,00', { ...TIME, date: '2014-04-16' }],
  ['time only', '$GPZDA,103607,,,,00,', TIME],
  ['blank', '$GPZDA,,,,,,', {}],
  ['31 February', '$GPZDA,103607,31,02,2021,00,00', { error: 'date' }],
  ['year before GPS', '$GPZDA,103607,31,01,1979,00,00', { error: 'date' }],
  ['year of three digits', '$GPZDA,103607,31,01,201,00,00', { error: 'date' }],
  ['half a day', '$GPZDA,103607,1.5,01,2021,00,00', { error: 'date' }],
  ['day before the first', '$GPZDA,103607,-1,01,2021,00,00', { error: 'date' }],
]

it.each(CASES)('ZDA: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
