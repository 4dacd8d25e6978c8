import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { replayLog } from '../../../device-sim/replay-log.ts'
import { NmeaDecoder } from '../../../gateway/edge/drivers/nmea/nmea.ts'
import { realData } from '../../end-to-end/recorded-log.ts'
import { eventually, ptyGateway, testPty } from '../pty-gateway.ts'
import { say, second, seconds, timesOf } from '../receiver.ts'

/** A u-blox NAV-PVT message (UBX: B5 62, class, id, length, payload, checksum) whose payload holds what sentences hold. */
function ubx(payload: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from([0x01, 0x07, payload.length & 0xff, payload.length >> 8]), payload])
  let a = 0
  let b = 0
  for (const byte of body) {
    a = (a + byte) & 0xff
    b = (b + a) & 0xff
  }
  return Buffer.concat([Buffer.from([0xb5, 0x62]), body, Buffer.from([a, b])])
}
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

test.each([
  ['UBX with every byte there is', ubx(everyByte)],
  ['UBX that holds the beginnings of sentences', ubx(Buffer.from('$GNRMC,080000.00,A,$$$G\r\n$'))],
  ['a cut UBX header', Buffer.from([0xb5, 0x62, 0x01])],
  ['RTCM 3 with a length and a false checksum', Buffer.from([0xd3, 0x00, 0x04, 1, 2, 3, 4, 9, 9, 9])],
  ['zeros', Buffer.alloc(500)],
])('14 binary mixed into NMEA is skipped to the next `$`: %s', async (_, binary) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const mixed = Array.from({ length: 10 }, (_, s) => [binary, second(s)]).flat()
  await say(pty, Buffer.concat([...mixed, binary]))
  // A frame that was cut may take a sentence along; what comes after is read.
  await say(pty, seconds(10, 13))
  await eventually(() => expect(gateway.fixes().at(-1)?.timeMs).toBe(timesOf(12, 13)[0]))
  const times = gateway.fixes().map(({ timeMs }) => timeMs)
  expect(timesOf(0, 13)).toEqual(expect.arrayContaining(times))
  expect(new Set(times).size).toBe(times.length)
  expect(times).toEqual(timesOf(0, 13))
  expect(gateway.port().state).toBe('open')
})

test('14 binary in the middle of a sentence costs that sentence, and is counted', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const broken = second(1)
  await say(
    pty,
    Buffer.concat([
      second(0),
      broken.subarray(0, 30),
      Buffer.from([0, 0x80, 0xff]),
      broken.subarray(30),
      second(2),
    ]),
  )
  await eventually(() => expect(gateway.fixes().at(-1)?.timeMs).toBe(timesOf(2, 3)[0]))
  expect(gateway.counter('rejected-cut')).toBe(1)
  expect(gateway.health().at(-1)!.ports[0]!.state).toBe('open')
})

const mixedLog = realData('nmea/snippets/pygpsdata-mixed.log')
describe.runIf(mixedLog)('a recording with UBX and RTCM in it', () => {
  test('14 binary mixed into NMEA: a recorded line gives through a pty what its file gives', async () => {
    const pty = testPty()
    const gateway = await ptyGateway(pty.path)
    await replayLog(mixedLog!, pty, { speed: 'fast' })
    const places: string[] = []
    const decoder = new NmeaDecoder({
      onFix: ({ lat, lon }) => places.push(`${lat.toFixed(7)} ${lon.toFixed(7)}`),
    })
    decoder.push(readFileSync(mixedLog!))
    decoder.end()
    expect(places.length).toBeGreaterThan(0)
    expect(decoder.counts.skippedBytes).toBeGreaterThan(0)
    await eventually(() =>
      expect(gateway.fixes().map(({ lat, lon }) => `${lat.toFixed(7)} ${lon.toFixed(7)}`)).toEqual(places),
    )
    expect(gateway.counter('skipped-bytes')).toBe(decoder.counts.skippedBytes)
  })
})
