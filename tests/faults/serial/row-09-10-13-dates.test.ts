import { expect, test } from 'vitest'
import { sentence } from '../../edge/drivers/nmea/nmea-writer.ts'
import { eventually, ptyGateway, testPty } from '../pty-gateway.ts'
import { say, second } from '../receiver.ts'

const WEEKS_1024_MS = 1024 * 7 * 86_400_000
/** The second that begins now; fixes of three seconds around it. */
const nowS = () => Math.floor(Date.now() / 1000) * 1000
const three = (timeMs: number) => Buffer.concat([0, 1, 2].map((s) => second(s, timeMs + s * 1000)))

test.each([
  ['1980, as receivers begin', Date.UTC(1980, 0, 6)],
  ['1980, late in the year', Date.UTC(1980, 11, 31)],
])('9 dates of %s are ignored: the fixes have the date of the gateway', async (_, dayMs) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const timeOfDayMs = nowS() % 86_400_000
  await say(pty, three(dayMs + timeOfDayMs))
  await eventually(() => expect(gateway.fixes()).toHaveLength(3))
  for (const { timeMs } of gateway.fixes()) expect(Math.abs(timeMs - Date.now())).toBeLessThan(60_000)
  expect(gateway.counter('rejected-untrusted-date')).toBe(3)
  expect(gateway.counter('fixes-dated-by-clock')).toBe(3)
})

test('9 dates of 2080 are ignored, from a sentence of four digits too', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const timeMs = nowS()
  const time = new Date(timeMs).toISOString().slice(11, 19).replaceAll(':', '')
  await say(
    pty,
    Buffer.from(
      [
        `GNZDA,${time}.00,06,01,2080,00,00`,
        `GNGGA,${time}.00,3113.0000,N,12128.0000,E,1,12,0.90,4.5,M,0.0,M,,`,
      ]
        .map(sentence)
        .join(''),
    ),
  )
  await eventually(() => expect(gateway.fixes().map((fix) => fix.timeMs)).toEqual([timeMs]))
  expect(gateway.counter('rejected-untrusted-date')).toBe(1)
})

test('10 week rollover: a date 1024 weeks ago is moved on to today, fix by fix', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const timeMs = nowS()
  await say(pty, three(timeMs - WEEKS_1024_MS))
  await eventually(() =>
    expect(gateway.fixes().map((fix) => fix.timeMs)).toEqual([timeMs, timeMs + 1000, timeMs + 2000]),
  )
})

test('10 week rollover: a recording of another year keeps its dates', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const recordedMs = Date.UTC(2014, 3, 3, 8, 54, 11)
  await say(pty, three(recordedMs))
  await eventually(() => expect(gateway.fixes().map((fix) => fix.timeMs)[0]).toBe(recordedMs))
})

test.each([
  ['31 February', '310226'],
  ['29 February of a common year', '290226'],
  ['31 April', '310426'],
  ['day 0', '000526'],
  ['month 13', '011326'],
])('13 %s is rejected: neither a fix of 3 March nor any other', async (_, date) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  await say(pty, Buffer.from(sentence(`GNRMC,080000.00,A,3113.0000,N,12128.0000,E,8.0,56.0,${date},,,A`)))
  await eventually(() => expect(gateway.counter('rejected-date')).toBe(1))
  await say(pty, second(1))
  await eventually(() => expect(gateway.fixes()).toHaveLength(1))
  expect(gateway.counter('fixes')).toBe(1)
  expect(gateway.health().at(-1)!.ports[0]!.counters).toMatchObject({ 'rejected-date': 1 })
})
