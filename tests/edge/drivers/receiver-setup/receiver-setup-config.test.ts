import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import {
  ReceiverSetup,
  receiverMistakes,
} from '../../../../gateway/edge/drivers/receiver-setup/receiver-setup-config.ts'
import {
  failoverMistakes,
  ReceiverChoiceConfig,
  ReceiverPriority,
} from '../../../../gateway/edge/receivers/receiver-choice-config.ts'

function problems(value: unknown): string[] {
  const result = ReceiverSetup.safeParse(value)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const EXAMPLE = {
  profile: 'casic',
  rateHz: 1,
  constellations: ['gps', 'beidou'],
  sentences: ['rmc', 'gga', 'gsa', 'gsv'],
}

test.each([
  ['everything', EXAMPLE],
  ['nothing', {}],
  ['nothing to set', { profile: 'none' }],
  ['a profile without wishes', { profile: 'mtk' }],
  ['a slow mtk', { profile: 'mtk', rateHz: 0.1 }],
  [
    'all four of quectel-pair',
    { profile: 'quectel-pair', constellations: ['gps', 'beidou', 'glonass', 'galileo'] },
  ],
  ['gns of ublox', { profile: 'ublox', sentences: ['gns'] }],
])('%s is in order', (_, value) => {
  expect(problems(value)).toEqual([])
})

test.each([
  [
    'an unknown profile',
    { profile: 'sirf' },
    'profile: expected one of none, casic, mtk, quectel-pair, unicore, ublox',
  ],
  [
    'wishes without a profile',
    { rateHz: 5 },
    'profile: found "none", but there is something to set: expected one of casic, mtk, quectel-pair, unicore, ublox',
  ],
  [
    'a rate between those of casic',
    { profile: 'casic', rateHz: 3 },
    'rateHz: found 3, expected for casic one of 1, 2, 4, 5, 10',
  ],
  [
    'a rate that unicore does not have',
    { profile: 'unicore', rateHz: 2 },
    'rateHz: found 2, expected for unicore one of 1, 5, 10',
  ],
  [
    'a rate without a whole number of milliseconds',
    { profile: 'mtk', rateHz: 3 },
    'rateHz: found 3, expected for mtk 0.1 to 10, a whole number of milliseconds from fix to fix',
  ],
  [
    'too slow',
    { profile: 'quectel-pair', rateHz: 0.5 },
    'rateHz: found 0.5, expected for quectel-pair 1 to 10, a whole number of milliseconds from fix to fix',
  ],
  [
    'a constellation that casic does not have',
    { profile: 'casic', constellations: ['gps', 'galileo'] },
    'constellations.1: casic cannot be told galileo: expected gps, beidou, glonass',
  ],
  [
    'two that mtk does not have together',
    { profile: 'mtk', constellations: ['gps', 'beidou', 'glonass'] },
    'constellations: mtk receives beidou or glonass, not both: leave out one of them',
  ],
  [
    'three of quectel-pair',
    { profile: 'quectel-pair', constellations: ['gps', 'beidou', 'galileo'] },
    'constellations: quectel-pair knows gps, gps with one other, and all four: choose one of these',
  ],
  [
    'quectel-pair without gps',
    { profile: 'quectel-pair', constellations: ['beidou'] },
    'constellations: quectel-pair knows gps, gps with one other, and all four: choose one of these',
  ],
  [
    'three of ublox',
    { profile: 'ublox', constellations: ['gps', 'beidou', 'glonass'] },
    'constellations: ublox has two radio paths: choose at most two of gps, beidou, glonass',
  ],
  [
    'a sentence that casic does not write',
    { profile: 'casic', sentences: ['gns', 'rmc'] },
    'sentences.0: casic cannot be told gns: expected rmc, gga, gll, vtg, gsa, gsv, gst, zda',
  ],
  [
    'no sentence with a position',
    { profile: 'mtk', sentences: ['gsv', 'vtg'] },
    'sentences: none of these has a position: expected one of rmc, gga, gns, gll too',
  ],
  [
    'an unknown constellation',
    { profile: 'mtk', constellations: ['compass'] },
    'constellations.0: expected one of gps, beidou, glonass, galileo',
  ],
  ['one thing twice', { profile: 'mtk', sentences: ['rmc', 'rmc'] }, 'sentences.1: rmc stands here twice'],
])('%s is refused', (_, value, message) => {
  expect(problems(value)).toEqual([message])
})

const port = (receiver: unknown, baud = 9600, silenceS = 15) => ({
  baud,
  silenceS,
  receiver: ReceiverSetup.parse(receiver),
})

test.each([
  ['the example', port(EXAMPLE), []],
  ['no set-up', { baud: 300, silenceS: 1 }, []],
  [
    'more than the line carries',
    port({ profile: 'casic', rateHz: 10, sentences: ['rmc', 'gga'] }),
    [
      {
        path: ['receiver', 'sentences'],
        message:
          'at 10 Hz these are at least 1300 bytes a second, and 9600 baud carry 960: expected fewer sentences, a lower rateHz or a higher baud',
      },
    ],
  ],
  [
    'the same on a faster line',
    port({ profile: 'casic', rateHz: 10, sentences: ['rmc', 'gga'] }, 38_400),
    [],
  ],
  [
    'a watchdog that does not wait',
    port({ profile: 'mtk', rateHz: 0.1 }),
    [
      {
        path: ['silenceS'],
        message: 'found 15, but the receiver writes every 10 s: expected at least 20',
      },
    ],
  ],
])('a port with %s', (_, value, mistakes) => {
  expect(receiverMistakes(value)).toEqual(mistakes)
})

test('a receiver that is slower than the others wait is refused where it is one of several', () => {
  const rules = ReceiverChoiceConfig.parse({})
  const slow = { name: 'slow', priority: 1, receiver: { rateHz: 0.2 } }
  expect(failoverMistakes([slow], 'ebike-01', rules)).toEqual([])
  expect(failoverMistakes([slow, { name: 'b', device: 'b', priority: 1 }], 'ebike-01', rules)).toEqual([])
  expect(failoverMistakes([slow, { name: 'b', device: 'ebike-01', priority: 1 }], 'ebike-01', rules)).toEqual(
    [
      {
        port: 'slow',
        message:
          'found 0.2, but ebike-01 is given to another receiver after 5 s: expected at least 0.4, or a longer receivers.failoverAfterS',
      },
    ],
  )
  expect(
    failoverMistakes([slow, { name: 'b', priority: 1 }], 'ebike-01', { ...rules, failoverAfterS: 10 }),
  ).toEqual([])
})

test('the samples of the page are right', () => {
  const page = readFileSync(new URL('../../../../docs/drivers/nmea.md', import.meta.url), 'utf8')
  const Sample = z.strictObject({
    ports: z.array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        driver: z.literal('nmea'),
        baud: z.number().default(9600),
        silenceS: z.number().default(15),
        device: z.string().optional(),
        priority: ReceiverPriority,
        receiver: ReceiverSetup.optional(),
      }),
    ),
    receivers: ReceiverChoiceConfig.prefault({}),
  })
  const samples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => Sample.parse(parse(match[1]!)))
  expect(samples).toHaveLength(2)
  expect(samples[0]!.ports[0]!.receiver!.profile).toBe('casic')
  expect(samples[1]!.ports.map(({ priority }) => priority)).toEqual([1, 2])
  for (const { ports, receivers } of samples) {
    expect(ports.flatMap((each) => receiverMistakes(each))).toEqual([])
    expect(failoverMistakes(ports, 'ebike-01', receivers)).toEqual([])
  }
})
