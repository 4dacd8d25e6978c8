import { expect, test } from 'vitest'
import { sentence } from '../../edge/drivers/nmea/nmea-writer.ts'
import { eventually, ptyGateway, testPty } from '../pty-gateway.ts'
import { say, second, timesOf } from '../receiver.ts'

test.each([
  ['latitude', 'GNRMC,080000.00,A,9113.0000,N,12128.0000,E,8.0,56.0,010526,,,A'],
  ['latitude', 'GNRMC,080000.00,A,3113.0000,X,12128.0000,E,8.0,56.0,010526,,,A'],
  ['longitude', 'GNRMC,080000.00,A,3113.0000,N,18100.0000,E,8.0,56.0,010526,,,A'],
  ['longitude', 'GNRMC,080000.00,A,3113.0000,N,121l8.0000,E,8.0,56.0,010526,,,A'],
  ['time', 'GNRMC,250000.00,A,3113.0000,N,12128.0000,E,8.0,56.0,010526,,,A'],
  ['time', 'GNRMC,08:00:00,A,3113.0000,N,12128.0000,E,8.0,56.0,010526,,,A'],
  ['date', 'GNRMC,080000.00,A,3113.0000,N,12128.0000,E,8.0,56.0,001326,,,A'],
  ['speed', 'GNRMC,080000.00,A,3113.0000,N,12128.0000,E,-8.0,56.0,010526,,,A'],
  ['course', 'GNRMC,080000.00,A,3113.0000,N,12128.0000,E,8.0,561.0,010526,,,A'],
  ['status', 'GNRMC,080000.00,B,3113.0000,N,12128.0000,E,8.0,56.0,010526,,,A'],
  ['quality', 'GNGGA,080000.00,3113.0000,N,12128.0000,E,x,12,0.90,4.5,M,0.0,M,,'],
  ['satellites', 'GNGGA,080000.00,3113.0000,N,12128.0000,E,1,-3,0.90,4.5,M,0.0,M,,'],
  ['altitude', 'GNGGA,080000.00,3113.0000,N,12128.0000,E,1,12,0.90,9999999,M,0.0,M,,'],
])('7 right checksum, nonsense fields: a false %s makes no fix and is counted', async (reason, body) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  await say(pty, Buffer.from(sentence(body)))
  await eventually(() => expect(gateway.counter(`rejected-${reason}`)).toBe(1))
  // The line works on, and what comes next is kept.
  await say(pty, second(1))
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(1, 2)))
  expect(gateway.counter('fixes')).toBe(1)
  const told = gateway.health().at(-1)!.ports[0]!
  expect(told).toMatchObject({ state: 'open', counters: { [`rejected-${reason}`]: 1 } })
})
