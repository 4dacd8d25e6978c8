import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { openSerialPort } from '../../../gateway/edge/serial/open-serial-port.ts'
import { startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually, ptyGateway, testPty, toldStates } from '../pty-gateway.ts'
import { say, seconds, timesOf } from '../receiver.ts'

test('3 the port is locked by another program: "busy", backoff, and taken when it is free', async () => {
  const pty = testPty()
  const folder = testFolder()
  const file = join(folder, 'other.yaml')
  writeFileSync(
    file,
    stringify({
      gateway: 'other',
      data: join(folder, 'other'),
      broker: { url: 'mqtt://127.0.0.1:1' },
      ports: [{ name: 'gps', path: pty.path, driver: 'nmea', silenceS: 3600 }],
    }),
  )
  const other = startGridpatrol('edge', '--config', file)
  onTestFinished(() => other.kill())
  await pty.ready()

  let tries = 0
  const gateway = await ptyGateway(pty.path, {}, (...args) => {
    tries++
    return openSerialPort(...args)
  })
  await eventually(() => expect(gateway.port().state).toBe('busy'))
  expect(gateway.port().detail).toMatch(/in use by another program: end it, or choose another port/)
  await sleep(4000)
  // Half a second to a second after the first try, then twice as long each time.
  expect(tries).toBeGreaterThan(1)
  expect(tries).toBeLessThanOrEqual(6)
  expect(gateway.warnings().filter(({ port }) => port === 'gps')).toHaveLength(1)

  await other.kill()
  await eventually(() => expect(gateway.counter('opened')).toBe(1))
  await say(pty, seconds(0, 5))
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 5)))
  expect(toldStates(gateway.health())).toEqual(['opening', 'busy', 'open'])
})
