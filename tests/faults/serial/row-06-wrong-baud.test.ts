import { expect, test } from 'vitest'
import { COMPONENT, eventually, ptyGateway, testPty, toldStates } from '../pty-gateway.ts'
import { say, seconds, timesOf } from '../receiver.ts'

/** Sentences read at a multiple of their speed: bits are doubled, and nothing begins with `$` or ends in a line end. */
const misread = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => [0xf8, 0x86, 0xe6, 0x98, 0x00, 0x1e, 0x80][i % 7]!))

const MB = 1024 * 1024

test('6 wrong baud: bytes without sense are a fault that asks for it, and none of them is held', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path, { port: { silenceS: 2 } })
  await pty.ready()
  let written = 0
  await eventually(() => {
    pty.write(misread(7000))
    written += 7000
    expect(gateway.port().state).toBe('baud')
  })
  expect(gateway.port().detail).toMatch(/bytes arrive, but nothing valid for 2 s: is the baud rate right\?/)
  await say(pty, misread(3 * MB))
  written += 3 * MB
  // Every byte was given up at once: what is held in case that it is a sentence is nothing.
  await eventually(() => expect(gateway.counter('skipped-bytes')).toBe(written))
  expect(gateway.counter('opened')).toBe(1)
  expect(gateway.fixes()).toEqual([])
  expect(gateway.edge.backlog()).toBeLessThan(10)

  // The baud rate is set right, as it looks from here.
  await say(pty, seconds(0, 5))
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 5)))
  await eventually(() => expect(toldStates(gateway.health())).toEqual(['opening', 'baud', 'open']))
  expect(gateway.warnings().filter(({ msg }) => /is the baud rate right/.test(msg))).toHaveLength(1)
})

test('6 wrong baud: a sentence that never ends is given up', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  await say(pty, Buffer.concat([Buffer.from('$GPRMC,'), Buffer.alloc(MB, 'A')]))
  await eventually(() => expect(gateway.counter('skipped-bytes')).toBeGreaterThan(MB - 512))
  expect(gateway.counter('rejected-too-long')).toBe(1)
  await say(pty, seconds(0, 3))
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 3)))
})

const LINE = {
  driver: 'line',
  patterns: [
    { regex: '^T=(?<value>\\d+)$', readings: [{ component: COMPONENT, metric: 'air_c', group: 'value' }] },
  ],
}
const FRAMES = {
  driver: 'node-frames',
  silenceS: 3,
  nodes: [{ node: 1, heartbeatS: 1, samples: [{ code: 1, component: COMPONENT, metric: 'tilt_deg' }] }],
}

test.each([
  ['line', { ...LINE, silenceS: 1 }],
  ['node-frames', FRAMES],
])('6 wrong baud: a %s port says so as well', async (_, port) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path, { port, components: [{ code: COMPONENT }] })
  await pty.ready()
  await eventually(() => {
    pty.write(misread(7000).map((byte) => byte || 1))
    expect(gateway.port().state).toBe('baud')
  })
  await say(
    pty,
    misread(MB).map((byte) => byte || 1),
  )
  await eventually(() => expect(toldStates(gateway.health())).toEqual(['opening', 'baud']))
})
