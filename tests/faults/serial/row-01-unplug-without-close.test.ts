import { expect, onTestFinished, test } from 'vitest'
import { COMPONENT, eventually, ptyGateway, testPty, toldStates } from '../pty-gateway.ts'
import { say, second, seconds, timesOf } from '../receiver.ts'

test('1 unplug without a close event: the silence watchdog raises a fault, the port is reopened', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path, {
    port: { silenceS: 2 },
    components: [{ code: COMPONENT, faults: { port_silent: { raise: 3 } } }],
  })
  await say(pty, seconds(0, 5))
  await eventually(() => expect(gateway.port().state).toBe('open'))

  // The adapter is dead, the line itself says nothing: no byte, no error, no close.
  await eventually(() => expect(gateway.port().state).toBe('silent'))
  expect(gateway.port().detail).toMatch(/nothing received for 2 s: unplugged, or no power\?/)
  await eventually(() => expect(gateway.cases().map(({ event }) => event)).toEqual(['raised']))
  expect(gateway.cases()[0]).toMatchObject({ fault: 'port_silent', evidence: { subject: 'gps' } })
  await eventually(() => expect(gateway.counter('opened')).toBeGreaterThanOrEqual(3))

  // It speaks again, at a line that was opened anew.
  let s = 5
  const speaking = setInterval(() => pty.write(second(s++)), 50)
  onTestFinished(() => clearInterval(speaking))
  await eventually(() => expect(gateway.port().state).toBe('open'))
  await eventually(() => expect(gateway.cases().map(({ event }) => event)).toEqual(['raised', 'cleared']))
  await eventually(() => expect(gateway.fixes().length).toBeGreaterThan(5))

  const times = gateway.fixes().map(({ timeMs }) => timeMs)
  expect(times.slice(0, 5)).toEqual(timesOf(0, 5))
  expect(timesOf(0, s)).toEqual(expect.arrayContaining(times))
  expect(new Set(times).size).toBe(times.length)
  // Told in the health records, and once in the log however often it was opened in vain.
  expect(toldStates(gateway.health()).join(' ')).toContain('open silent open')
  expect(gateway.warnings().filter(({ msg }) => /nothing received/.test(msg))).toHaveLength(1)
})
