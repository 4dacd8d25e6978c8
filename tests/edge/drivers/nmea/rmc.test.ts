import { expect, it } from 'vitest'
import { readSentence, type SentenceCase } from './read-sentence.ts'

const CASES: SentenceCase[] = [
  [
    'a full sentence',
    '$GPRMC,085411.000,A,5222.3215,N,00454.5778,E,0.58,251.34,030414,,,A*63',
    {
      verdict: 'fix',
      timeOfDayMs: 32_051_000,
      date: '2014-04-03',
      lat: 52.372025,
      lon: 4.90963,
      speedMps: 0.58 * (1852 / 3600),
      courseDeg: 251.34,
      quality: 'gps',
    },
  ],
  [
    'south and west, variation, navigational status of edition 4.1',
    '$GNRMC,103607.00,A,3327.03942,S,07014.42462,W,0.046,,060321,2.5,W,D,V',
    {
      verdict: 'fix',
      timeOfDayMs: 38_167_000,
      date: '2021-03-06',
      lat: -33.450657,
      lon: -70.24041033333333,
      speedMps: 0.046 * (1852 / 3600),
      quality: 'dgps',
    },
  ],
  [
    'no mode before edition 2.3: no quality',
    '$GPRMC,200619.30,A,5313.2228,N,00634.4228,E,00.0,000.0,200506,00,W',
    {
      verdict: 'fix',
      timeOfDayMs: 72_379_300,
      date: '2006-05-20',
      lat: 53.22038,
      lon: 6.573713333333333,
      speedMps: 0,
      courseDeg: 0,
    },
  ],
  [
    'status V: position, date and nonsense after it do not count',
    '$GPRMC,000416.984,V,36000.0000,N,72000.0000,E,0.000000,,260120,,',
    { verdict: 'no-fix', timeOfDayMs: 256_984 },
  ],
  ['status V, all blank', '$GNRMC,,V,,,,,,,,,,N,V', { verdict: 'no-fix' }],
  [
    'blank status says nothing',
    '$GPRMC,120000,,4807.038,N,01131.000,E,1.0,2.0,010120,,',
    { timeOfDayMs: 43_200_000 },
  ],
  [
    'mode N beside status A is no fix',
    '$GPRMC,120000,A,,,,,,,010120,,,N',
    { verdict: 'no-fix', timeOfDayMs: 43_200_000, date: '2020-01-01' },
  ],
  [
    'leap second',
    '$GPRMC,235960.50,A,,,,,,,311216,,,A',
    { verdict: 'fix', timeOfDayMs: 86_400_500, date: '2016-12-31', quality: 'gps' },
  ],
  [
    '29 February of a leap year',
    '$GPRMC,120000,A,,,,,,,290224,,,A',
    { verdict: 'fix', timeOfDayMs: 43_200_000, date: '2024-02-29', quality: 'gps' },
  ],
  [
    'course 360 is 0',
    '$GPRMC,120000,A,,,,,,360.0,,,,A',
    { verdict: 'fix', timeOfDayMs: 43_200_000, courseDeg: 0, quality: 'gps' },
  ],
  [
    'two-digit years from 80 are of the last century',
    '$GPRMC,120000,A,,,,,,,060180,,,A',
    { verdict: 'fix', timeOfDayMs: 43_200_000, date: '1980-01-06', quality: 'gps' },
  ],
  ['latitude above 90', '$GPRMC,120000,A,9100.000,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'latitude' }],
  [
    'latitude just above 90',
    '$GPRMC,120000,A,9000.001,N,01131.000,E,1.0,2.0,010120,,,A',
    { error: 'latitude' },
  ],
  ['minutes of 60', '$GPRMC,120000,A,4860.000,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'latitude' }],
  ['negative latitude', '$GPRMC,120000,A,-4807.038,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'latitude' }],
  [
    'latitude without side',
    '$GPRMC,120000,A,4807.038,,01131.000,E,1.0,2.0,010120,,,A',
    { error: 'latitude' },
  ],
  [
    'longitude above 180',
    '$GPRMC,120000,A,4807.038,N,18031.000,E,1.0,2.0,010120,,,A',
    { error: 'longitude' },
  ],
  [
    'north where east should be',
    '$GPRMC,120000,A,4807.038,N,01131.000,N,1.0,2.0,010120,,,A',
    { error: 'longitude' },
  ],
  ['not a number', '$GPRMC,120000,A,nan,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'latitude' }],
  ['negative speed', '$GPRMC,120000,A,4807.038,N,01131.000,E,-1.0,2.0,010120,,,A', { error: 'speed' }],
  [
    'speed that is no number',
    '$GNRMC,121614.00,A,5327.04173,N,00214.41443,W,X.138,,200122,,,A,V',
    { error: 'speed' },
  ],
  [
    'faster than receivers may measure',
    '$GPRMC,120000,A,4807.038,N,01131.000,E,1000.1,,010120,,,A',
    { error: 'speed' },
  ],
  ['course above 360', '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,360.1,010120,,,A', { error: 'course' }],
  ['31 February', '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,2.0,310220,,,A', { error: 'date' }],
  ['29 February 2023', '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,2.0,290223,,,A', { error: 'date' }],
  ['31 April', '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,2.0,310420,,,A', { error: 'date' }],
  ['month 13', '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,2.0,011320,,,A', { error: 'date' }],
  ['day 0', '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,2.0,000120,,,A', { error: 'date' }],
  [
    'year -1, as a Telit after rollover',
    '$GPRMC,120000,A,4807.038,N,01131.000,E,1.0,2.0,2208-1,,,A',
    { error: 'date' },
  ],
  ['hour 24', '$GPRMC,240000,A,4807.038,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'time' }],
  ['minute 60', '$GPRMC,126000,A,4807.038,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'time' }],
  ['second 61', '$GPRMC,120061,A,4807.038,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'time' }],
  ['five digits of time', '$GPRMC,12000,A,4807.038,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'time' }],
  ['unknown status', '$GPRMC,120000,X,4807.038,N,01131.000,E,1.0,2.0,010120,,,A', { error: 'status' }],
  [
    'status of two letters',
    '$GPRMC,120000,AA,4807.038,N,01131.000,E,1.0,2.0,010120,,,A',
    { error: 'status' },
  ],
]

it.each(CASES)('RMC: %s', (name, line, expected) => {
  expect(readSentence(line), name).toEqual(expected)
})
