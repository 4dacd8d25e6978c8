import { expect, onTestFinished, test } from 'vitest'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { testFolder } from '../../test-folder.ts'
import { ride, T0 } from '../gateway-messages.ts'

const [first, second] = ride(2) as [ReturnType<typeof ride>[0], ReturnType<typeof ride>[0]]

function open() {
  const registers = openRegisters(testFolder())
  onTestFinished(() => registers.close())
  return registers.devices
}

test('the newest fix counts, whenever it comes', () => {
  const devices = open()
  const seen = (fix: typeof first, seenMs: number) =>
    devices.seen([{ device: 'ebike-01', gateway: 'ebike-01', seenMs, lastFix: fix }])
  expect([...seen(second, T0 + 5000)]).toEqual([['ebike-01', Number.NEGATIVE_INFINITY]])
  expect([...seen(first, T0 + 6000)]).toEqual([])
  expect([...seen(second, T0 + 7000)]).toEqual([])
  expect(devices.find('ebike-01')).toEqual({
    device: 'ebike-01',
    gateway: 'ebike-01',
    seenMs: T0 + 7000,
    lastFix: second,
  })
  const third = { ...second, timeMs: second.timeMs + 1 }
  expect([...seen(third, T0)]).toEqual([['ebike-01', second.timeMs]])
  expect(devices.find('ebike-01')).toMatchObject({ seenMs: T0 + 7000, lastFix: third })
})

test('a device belongs to the gateway that brought its newest fix, and was seen when that gateway was', () => {
  const devices = open()
  devices.seen([
    { device: 'ebike-07', gateway: 'post-1', seenMs: T0, lastFix: second },
    { device: 'post-1', gateway: 'post-1', seenMs: T0 },
  ])
  devices.seen([{ device: 'ebike-07', gateway: 'archive', seenMs: T0 + 1, lastFix: first }])
  devices.seen([{ device: 'post-1', gateway: 'post-1', seenMs: T0 + 9000 }])
  expect(devices.find('ebike-07')).toMatchObject({ gateway: 'post-1', seenMs: T0 + 9000, lastFix: second })
  expect(devices.list().map(({ device }) => device)).toEqual(['ebike-07', 'post-1'])
  expect(devices.find('post-1')).not.toHaveProperty('lastFix')
  expect(devices.find('nobody')).toBeUndefined()
})
