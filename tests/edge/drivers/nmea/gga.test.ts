import { describe, expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const FIX = { verdict: 'fix', timeOfDayMs: 43_200_000, lat: 48.1173, lon: 11.516666666666667 } as const

const CASES: SentenceCase[] = [
  [
    'a full sentence',
    '$GPGGA,085411.000,5222.3215,N,00454.5778,E,1,4,2.95,16.0,M,47.0,M,,*61',
    {
      verdict: 'fix',
      timeOfDayMs: 32_051_000,
      lat: 52.372025,
      lon: 4.90963,
      altM: 16,
      hdop: 2.95,
      satellites: 4,
      quality: 'gps',
    },
  ],
  [
    'eight decimals, altitude below the sea',
    '$GPGGA,113938.50,3842.86006889,N,11705.43645510,W,2,09,1.5,-12.182,M,-44.296,M,1.4,0000',
    {
      verdict: 'fix',
      timeOfDayMs: 41_978_500,
      lat: 38.7143344815,
      lon: -117.090607585,
      altM: -12.182,
      hdop: 1.5,
      satellites: 9,
      quality: 'dgps',
    },
  ],
  [
    'blank satellites, HDOP and altitude are absent',
    '$GPGGA,120000,4807.038,N,01131.000,E,1,,,,M,,M,,',
    { ...FIX, quality: 'gps' },
  ],
  [
    'HDOP 0 and 99.99 are how receivers say unknown',
    '$GPGGA,120000,4807.038,N,01131.000,E,6,00,99.99,0.0,M,,M,,',
    { ...FIX, satellites: 0, altM: 0, quality: 'estimated' },
  ],
  ['short sentence of an old edition', '$GPGGA,120000,4807.038,N,01131.000,E,1', { ...FIX, quality: 'gps' }],
  [
    'numbers padded with spaces',
    '$GPGGA,120000 , 4807.038,N,01131.000,E,1, 8,1.1 , -12.0,M,   ,M,,',
    { ...FIX, quality: 'gps', satellites: 8, hdop: 1.1, altM: -12 },
  ],
  [
    'a number broken by a space',
    '$GPGGA,120000,48 07.038,N,01131.000,E,1,8,1.1,1,M,,M,,',
    { error: 'latitude' },
  ],
  ['quality 0', '$GPGGA,123456.00,,,,,0,00,99.99,,,,,,', { verdict: 'no-fix', timeOfDayMs: 45_296_000 }],
  [
    'quality 0 with an impossible position',
    '$GPGGA,123456.00,9999.0000,N,99999.0000,E,0,00,,,M,,M,,',
    { verdict: 'no-fix', timeOfDayMs: 45_296_000 },
  ],
  [
    'blank quality says nothing of a fix',
    '$GPGGA,120000,4807.038,N,01131.000,E,,,,,M,,M,,',
    { timeOfDayMs: 43_200_000, lat: 48.1173, lon: 11.516666666666667 },
  ],
  [
    'quality that is no digit',
    '$GPGGA,120000,4807.038,N,01131.000,E,A,04,1.0,1.0,M,,M,,',
    { error: 'quality' },
  ],
  ['latitude 91', '$GPGGA,120000,9107.038,N,01131.000,E,1,04,1.0,1.0,M,,M,,', { error: 'latitude' }],
  ['minutes of 75', '$GPGGA,120000,4875.038,N,01131.000,E,1,04,1.0,1.0,M,,M,,', { error: 'latitude' }],
  ['NaN', '$GPGGA,120000,NaN,N,01131.000,E,1,04,1.0,1.0,M,,M,,', { error: 'latitude' }],
  ['negative HDOP', '$GPGGA,120000,4807.038,N,01131.000,E,1,04,-1.0,1.0,M,,M,,', { error: 'hdop' }],
  ['half a satellite', '$GPGGA,120000,4807.038,N,01131.000,E,1,4.5,1.0,1.0,M,,M,,', { error: 'satellites' }],
  [
    'height of a satellite',
    '$GPGGA,120000,4807.038,N,01131.000,E,1,04,1.0,20200000,M,,M,,',
    { error: 'altitude' },
  ],
  ['no time of day', '$GPGGA,250000,4807.038,N,01131.000,E,0,04,1.0,1.0,M,,M,,', { error: 'time' }],
]

it.each(CASES)('GGA: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})

describe('GGA quality', () => {
  it.each([
    ['1', 'gps'],
    ['2', 'dgps'],
    ['3', 'pps'],
    ['4', 'rtk'],
    ['5', 'float-rtk'],
    ['6', 'estimated'],
    ['7', 'manual'],
    ['8', 'simulated'],
    ['9', 'dgps'],
  ])('%s is %s', (digit, quality) => {
    const line = `$GPGGA,120000,4807.038,N,01131.000,E,${digit},04,1.0,1.0,M,,M,,`
    expect(readSentence(line)).toMatchObject({ verdict: 'fix', quality })
  })
})
