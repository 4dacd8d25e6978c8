import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { openSerialPort } from '../../../gateway/edge/serial/open-serial-port.ts'
import { startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually, outboxOf, testPty } from '../pty-gateway.ts'
import { say, seconds, timesOf } from '../receiver.ts'

test('4 EAGAIN, slow reader: a gateway that is stopped for a while reads all that the full line held', async () => {
  const pty = testPty()
  const folder = testFolder()
  const file = join(folder, 'edge.yaml')
  const settings = {
    gateway: 'ebike-01',
    data: join(folder, 'edge'),
    broker: { url: 'mqtt://127.0.0.1:1' },
    ports: [{ name: 'gps', path: pty.path, driver: 'nmea' }],
    batch: { maxDelayMs: 100 },
  }
  writeFileSync(file, stringify(settings))
  const gateway = startGridpatrol('edge', '--config', file)
  onTestFinished(() => gateway.kill())
  await say(pty, seconds(0, 5))
  await gateway.says(/port is open and speaks/)

  process.kill(gateway.pid, 'SIGSTOP')
  // 300 KB where the kernel holds a few: writing gets EAGAIN at once and for as long as the reader is stopped.
  const rest = seconds(5, 2000)
  expect(rest.length).toBeGreaterThan(250_000)
  pty.write(rest)
  await sleep(500)
  process.kill(gateway.pid, 'SIGCONT')

  await pty.ready()
  const kept = outboxOf(settings.data)
  await eventually(() => expect(kept.fixes()).toHaveLength(2000))
  expect(kept.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 2000))
  expect(pty.droppedBytes).toBe(0)
  expect(gateway.output()).not.toMatch(/temporarily unavailable|EAGAIN/)
})

test('4 EAGAIN on writing: what the gateway says to a device that reads slowly arrives whole', async () => {
  const pty = testPty()
  const received: Uint8Array[] = []
  const { stream, close } = await openSerialPort(pty.path, 9600)
  onTestFinished(close)
  const failures: Error[] = []
  stream.on('error', (error) => failures.push(error))
  // The other side looks at the line every 20 ms only: the kernel's buffer is full in between.
  pty.onData((bytes) => received.push(bytes))
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
  const written = new Promise<void>((resolve) => stream.write(sent, () => resolve()))
  await eventually(() => expect(Buffer.concat(received).length).toBe(sent.length))
  await written
  expect(Buffer.concat(received).equals(sent)).toBe(true)
  expect(failures).toEqual([])
})
