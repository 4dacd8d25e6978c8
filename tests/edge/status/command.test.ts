import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { testPty } from '../../faults/pty-gateway.ts'
import { second } from '../../faults/receiver.ts'
import { startedHub } from '../../hub/started-hub.ts'
import { testFolder } from '../../test-folder.ts'

/** `gridpatrol status` beside the unmodified gateway. */

async function status(file: string, ...options: string[]): Promise<{ code: number | null; text: string }> {
  const asking = startGridpatrol('status', '--config', file, ...options)
  const code = await asking.exited
  return { code, text: asking.output() }
}

test('not yet run, running and well, killed: what is said, and the exit code', async () => {
  const hub = await startedHub()
  const folder = testFolder()
  const pty = testPty()
  const file = join(folder, 'edge.yaml')
  writeFileSync(
    file,
    stringify({
      gateway: 'ebike-01',
      data: join(folder, 'data'),
      broker: { url: hub.brokerUrl.replace('//', '//user:secret@') },
      ports: [{ name: 'gps', path: pty.path, driver: 'nmea' }],
    }),
  )
  const before = await status(file)
  expect(before).toMatchObject({ code: 1, text: expect.stringMatching(/ebike-01, not running\n/) })
  expect(before.text).toContain(`! the gateway is not running: start it, gridpatrol edge --config ${file}`)

  const edge = startGridpatrol('edge', '--config', file)
  onTestFinished(() => edge.kill())
  await edge.says(/is running/)
  let s = 0
  const riding = setInterval(() => pty.write(second(s++)), 200)
  onTestFinished(() => clearInterval(riding))
  await edge.says(/connected to the broker/)
  await edge.says(/port is open/)
  const running = await status(file)
  expect(running.text).toMatch(new RegExp(`ebike-01, running for .*, pid ${edge.pid}\n`))
  expect(running.text).toMatch(/broker +mqtt:\/\/127\.0\.0\.1:\d+, connected for/)
  expect(running.text).not.toContain('secret')
  expect(running.code).toBe(0)
  const json = JSON.parse((await status(file, '--json')).text)
  expect(json).toMatchObject({
    gateway: 'ebike-01',
    running: true,
    status: { pid: edge.pid, health: { timeSource: 'system' } },
    problems: [],
  })

  await edge.kill()
  const killed = await status(file, '--json')
  expect(killed.code).toBe(1)
  expect(JSON.parse(killed.text)).toMatchObject({ running: false, waiting: expect.any(Array) })
}, 60_000)

test('wrong use', async () => {
  expect(await startGridpatrol('status').exited).toBe(2)
})
