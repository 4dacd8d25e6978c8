import { expect, onTestFinished, test } from 'vitest'
import { sentence } from '../../edge/drivers/nmea/nmea-writer.ts'
import { COMPONENT, eventually, ptyGateway, testPty } from '../pty-gateway.ts'
import { say, seconds, timesOf } from '../receiver.ts'

/** Before its first fix a receiver may write its last position, and the date of its own clock. */
const COLD: [string, (s: string) => string[]][] = [
  ['nothing but commas', () => ['GNGGA,,,,,,0,00,99.99,,,,,,', 'GNRMC,,V,,,,,,,,,,N']],
  [
    'its last position and a date',
    (s) => [
      `GNGGA,0758${s}.00,3113.0000,N,12128.0000,E,0,00,99.99,4.5,M,0.0,M,,`,
      `GNRMC,0758${s}.00,V,3113.0000,N,12128.0000,E,0.0,0.0,010526,,,N`,
    ],
  ],
  [
    'a position of 0° 0° in 1980',
    (s) => [
      `GNGGA,0000${s}.00,0000.0000,N,00000.0000,E,0,00,99.99,,,,,,`,
      `GNRMC,0000${s}.00,V,0000.0000,N,00000.0000,E,0.0,0.0,060180,,,N`,
    ],
  ],
]

test.each(COLD)('8 cold start, status V: no fix is stored while it writes %s', async (_, bodies) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path, {
    components: [{ code: COMPONENT, faults: { gps_lost: { raise: 2 } } }],
  })
  await pty.ready()
  let s = 0
  const writing = setInterval(() => {
    const cold = bodies(String(s++ % 60).padStart(2, '0'))
    pty.write(Buffer.from(cold.map(sentence).join('')))
  }, 300)
  onTestFinished(() => clearInterval(writing))
  await eventually(() => expect(gateway.counter('rejected-no-fix')).toBeGreaterThanOrEqual(4))
  await eventually(() => expect(gateway.cases()).toHaveLength(1))
  expect(gateway.fixes()).toEqual([])
  // The line is in order, the receiver has no fix: two different things to be told.
  expect(gateway.port().state).toBe('open')
  expect(gateway.cases()[0]).toMatchObject({ fault: 'gps_lost', event: 'raised' })
  expect(gateway.cases()[0]).not.toHaveProperty('position')

  clearInterval(writing)
  await say(pty, seconds(0, 5))
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 5)))
  await eventually(() => expect(gateway.cases().at(-1)!.event).toBe('cleared'))
})
