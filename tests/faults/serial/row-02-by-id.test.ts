import { renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPty } from '../../../device-sim/hardware/pty.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually, ptyGateway, testPty, toldStates } from '../pty-gateway.ts'
import { say, second, seconds, timesOf } from '../receiver.ts'

test('2 ttyUSB0 comes back as ttyUSB1: the by-id path is resolved at each open', async () => {
  const byId = join(testFolder(), 'usb-u-blox_AG_GNSS_receiver-if00')
  /** What udev does: the link changes in one step. */
  const pointTo = (path: string): void => {
    symlinkSync(path, `${byId}.new`)
    renameSync(`${byId}.new`, byId)
  }
  const ttyUsb0 = openPty()
  pointTo(ttyUsb0.path)
  const gateway = await ptyGateway(byId)
  await say(ttyUsb0, seconds(0, 5))
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 5)))

  ttyUsb0.close()
  await eventually(() => expect(gateway.port().state).toBe('failed'))
  // The old name, as far as the system gives it again, is another device's now.
  const stranger = testPty()
  const ttyUsb1 = testPty()
  pointTo(ttyUsb1.path)
  const writing = setInterval(() => stranger.write(second(1000)), 50)
  try {
    await say(ttyUsb1, seconds(5, 10))
    await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 10)))
  } finally {
    clearInterval(writing)
  }
  expect(stranger.listening).toBe(false)
  expect(gateway.port()).toMatchObject({ state: 'open', path: byId })
  expect(toldStates(gateway.health())).toEqual(['opening', 'open', 'failed', 'open'])
  expect(gateway.warnings().map(({ msg }) => msg)).toContainEqual(expect.stringContaining('unplugged?'))
})
