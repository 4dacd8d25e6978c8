import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Framer } from '../../../../gateway/edge/drivers/nmea/framer.ts'
import { RECEIVER_PROFILES } from '../../../../gateway/edge/drivers/receiver-setup/profiles.ts'
import type { ReceiverWishes } from '../../../../gateway/edge/drivers/receiver-setup/receiver-profile.ts'

const profile = (name: string) => RECEIVER_PROFILES.find((each) => each.name === name)!

/** Sentences as text without their line end, frames of u-blox as hexadecimal digits. */
function told(name: string, wishes: ReceiverWishes): string[] {
  return profile(name)
    .commands(wishes)
    .map(({ bytes }) =>
      bytes[0] === 0x24
        ? Buffer.from(bytes).toString('latin1').replace(/\r\n$/, '')
        : Buffer.from(bytes).toString('hex'),
    )
}

const GPS_BEIDOU = new Set(['gps', 'beidou'] as const)
const USUAL = new Set(['rmc', 'gga', 'gsa', 'gsv'] as const)

/** Checksums of the makers' own examples, where they have one: PCAS02,1000*2E, PCAS04,3*1A, PMTK220,1000*1F, PAIR050,1000*12. */
test.each([
  ['casic', { intervalMs: 1000 }, ['$PCAS02,1000*2E']],
  ['casic', { intervalMs: 100 }, ['$PCAS02,100*1E']],
  ['casic', { constellations: GPS_BEIDOU }, ['$PCAS04,3*1A']],
  ['casic', { constellations: new Set(['gps', 'beidou', 'glonass'] as const) }, ['$PCAS04,7*1E']],
  ['casic', { sentences: USUAL }, ['$PCAS03,1,0,1,1,1,0,0,,,,,,,0*02']],
  ['mtk', { intervalMs: 1000 }, ['$PMTK220,1000*1F']],
  ['mtk', { constellations: GPS_BEIDOU }, ['$PMTK353,1,0,0,0,1*2B']],
  ['mtk', { constellations: new Set(['gps', 'glonass', 'galileo'] as const) }, ['$PMTK353,1,1,1,0,0*2A']],
  [
    'mtk',
    { sentences: new Set(['rmc', 'gga'] as const) },
    ['$PMTK314,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0*28'],
  ],
  [
    'mtk',
    { sentences: new Set(['rmc', 'gst', 'zda'] as const) },
    ['$PMTK314,0,1,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0*29'],
  ],
  ['quectel-pair', { intervalMs: 1000 }, ['$PAIR050,1000*12']],
  ['quectel-pair', { constellations: GPS_BEIDOU }, ['$PAIR066,1,0,0,1,1,0*3B']],
  [
    'quectel-pair',
    { sentences: new Set(['gga', 'rmc'] as const) },
    [
      '$PAIR062,0,1*3F',
      '$PAIR062,1,0*3F',
      '$PAIR062,2,0*3C',
      '$PAIR062,3,0*3D',
      '$PAIR062,4,1*3B',
      '$PAIR062,5,0*3B',
      '$PAIR062,6,0*38',
    ],
  ],
  [
    'unicore',
    {
      intervalMs: 200,
      constellations: new Set(['gps', 'beidou', 'glonass', 'galileo'] as const),
      sentences: new Set(['rmc', 'gst'] as const),
    },
    [
      '$CFGSYS,h1111*5F',
      '$CFGNAV,200,200,1000*36',
      '$CFGMSG,0,0,0*07',
      '$CFGMSG,0,1,0*06',
      '$CFGMSG,0,2,0*05',
      '$CFGMSG,0,3,0*04',
      '$CFGMSG,0,4,1*02',
      '$CFGMSG,0,5,0*02',
      '$CFGMSG,0,6,0*01',
      '$CFGMSG,0,7,1*01',
    ],
  ],
  // 200 ms, one solution a measurement, GPS time.
  ['ublox', { intervalMs: 200 }, ['b56206080600c80001000100de6a']],
  [
    'ublox',
    { constellations: GPS_BEIDOU },
    [
      [
        'b562063e3400',
        '0000ff06',
        '0008100001000100',
        '0101030001000100',
        '0204080000000100',
        '0308100001000100',
        '0500030001000100',
        '06080e0000000100',
        'f1dd',
      ].join(''),
    ],
  ],
  [
    'ublox',
    { sentences: new Set(['rmc', 'gga'] as const) },
    [
      '$PUBX,40,RMC,0,1,1,1,0,0*46',
      '$PUBX,40,GGA,0,1,1,1,0,0*5B',
      '$PUBX,40,GNS,0,0,0,0,0,0*41',
      '$PUBX,40,GLL,0,0,0,0,0,0*5C',
      '$PUBX,40,VTG,0,0,0,0,0,0*5E',
      '$PUBX,40,GSA,0,0,0,0,0,0*4E',
      '$PUBX,40,GSV,0,0,0,0,0,0*59',
      '$PUBX,40,GST,0,0,0,0,0,0*5B',
      '$PUBX,40,ZDA,0,0,0,0,0,0*44',
    ],
  ],
] satisfies [string, ReceiverWishes, string[]][])('%s, %o', (name, wishes, expected) => {
  expect(told(name, wishes)).toEqual(expected)
})

test.each(RECEIVER_PROFILES.map((each) => [each.name, each] as const))(
  '%s: constellations come first, and nothing wished is nothing told',
  (name, { commands, constellations, sentences }) => {
    expect(told(name, {})).toEqual([])
    const [first, ...others] = commands({
      intervalMs: 1000,
      constellations: new Set(constellations.slice(0, 1)),
      sentences: new Set(sentences),
    })
    expect(first!.restartMs).toBeGreaterThan(0)
    expect(others.filter(({ restartMs }) => restartMs !== undefined)).toEqual([])
  },
)

test('every sentence that is told has the checksum that our own framer asks for', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RECEIVER_PROFILES).chain((each) =>
        fc.record({
          each: fc.constant(each),
          intervalMs: fc.integer({ min: 1, max: 10_000 }),
          constellations: fc.subarray([...each.constellations], { minLength: 1 }),
          sentences: fc.subarray([...each.sentences], { minLength: 1 }),
        }),
      ),
      ({ each, intervalMs, constellations, sentences }) => {
        const wishes = { intervalMs, constellations: new Set(constellations), sentences: new Set(sentences) }
        let framed = 0
        const faults: string[] = []
        const framer = new Framer({
          onSentence: () => framed++,
          onUnchecked: () => faults.push('unchecked'),
          onFault: (fault) => faults.push(fault),
        })
        const written = each.commands(wishes).filter(({ bytes }) => bytes[0] === 0x24)
        for (const { bytes } of written) framer.push(bytes)
        expect([framed, faults, framer.skippedBytes]).toEqual([written.length, [], 0])
      },
    ),
  )
})

test.each([
  ['mtk', 'PMTK001,314,3', { to: '314', accepted: true }],
  ['mtk', 'PMTK001,353,3,1,0,0,0,1,9', { to: '353', accepted: true }],
  ['mtk', 'PMTK001,220,2', { to: '220', accepted: false }],
  ['mtk', 'PMTK001', undefined],
  ['mtk', 'GNRMC,080000.00,V', undefined],
  ['quectel-pair', 'PAIR001,062,0', { to: '062', accepted: true }],
  ['quectel-pair', 'PAIR001,062,1', undefined],
  ['quectel-pair', 'PAIR001,062,3', { to: '062', accepted: false }],
  ['quectel-pair', 'PAIR001,062', undefined],
  ['unicore', 'OK', { to: 'last', accepted: true }],
  ['unicore', 'FAIL,0', { to: 'last', accepted: false }],
  ['unicore', 'GNTXT,01,01,00,CFGMSG,0,3,0', undefined],
] as const)('%s reads %s', (name, sentence, answer) => {
  expect(profile(name).readAnswer!(sentence)).toEqual(answer)
})

test.each([
  ['casic', 'GPTXT,01,01,02,MA=CASIC', true],
  ['casic', 'GPTXT,01,01,02,SW=URANUS5,V5.3.0.0', true],
  ['casic', 'GPTXT,01,01,01,ANTENNA OPEN', false],
  ['mtk', 'PMTK010,001', true],
  ['mtk', 'PMTK011,MTKGPS', true],
  ['mtk', 'PMTK010,002', false],
  ['ublox', 'GNTXT,01,01,02,u-blox AG - www.u-blox.com', true],
  ['ublox', 'GNTXT,01,01,00,txbuf alloc', false],
])('%s: whether %s tells of a start', (name, sentence, expected) => {
  expect(profile(name).isBanner!(sentence)).toBe(expected)
})

test('answers of u-blox are found between sentences, however the bytes are cut', () => {
  const bytes = Buffer.concat([
    Buffer.from('$GNRMC,0800\u00b5b\u0005'),
    Buffer.from('b5620501020006080000', 'hex'),
    Buffer.from('b56205010200060816' + '3f', 'hex'),
    Buffer.from('$GNVTG,,T*00\r\n'),
    Buffer.from('b56205000200063e4b' + '70', 'hex'),
    Buffer.from([0xb5, 0xb5, 0x62]),
  ])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 10 }), (cuts) => {
      const answers: unknown[] = []
      const watch = profile('ublox').watchAnswers!((answer) => answers.push(answer))
      let at = 0
      for (let i = 0; at < bytes.length; i++) {
        const next = at + cuts[i % cuts.length]!
        watch.push(bytes.subarray(at, next))
        at = next
      }
      expect(answers).toEqual([
        { to: 'ubx 6-8', accepted: true },
        { to: 'ubx 6-62', accepted: false },
      ])
    }),
  )
})
