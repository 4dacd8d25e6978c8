import { describe, expect, onTestFinished, test } from 'vitest'
import type { HealthReport } from '../../../gateway/hub/registers/gateway-health.ts'
import { PresenceRegister } from '../../../gateway/hub/registers/presence.ts'
import { openRegisters, type Registers } from '../../../gateway/hub/registers/registers.ts'
import { testFolder } from '../../test-folder.ts'
import { ride, T0 } from '../gateway-messages.ts'
import { healthOf } from '../made-health.ts'

const [A, B, C] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const
const full = { state: 'full', inMemory: 0, setAside: 0 } as const

function open(folder = testFolder()) {
  const registers = openRegisters(folder)
  onTestFinished(() => registers.close())
  return registers
}

/** A health that can be told from others by its version. */
const report = (boot: string, sequence: number, over: Partial<HealthReport> = {}): HealthReport => ({
  gateway: 'ebike-01',
  boot,
  sequence,
  receivedMs: T0 + sequence,
  health: healthOf({ version: `${boot[0]}${sequence}` }),
  ...over,
})

const online = (boot: string): PresenceRegister => {
  const presence = new PresenceRegister()
  presence.note('ebike-01', { online: true, boot, timeMs: T0, version: '1' })
  return presence
}

const newest = (registers: Registers): string | undefined =>
  registers.health.find('ebike-01', new PresenceRegister(), T0)?.health.version

describe('the newest by the order of records', () => {
  test.each([
    ['sequences count within a boot, in whatever order they come', 'a5 a9 a7', 'a9'],
    ['another boot is a restart', 'a5 b6', 'b6'],
    ['a restart with a fresh outbox counts from 1', 'a5000 b1 b2', 'b2'],
    ['late records of an earlier boot change nothing', 'a5 b7 a6', 'b7'],
    ['nor do those of the boots before', 'a1 b12 c13 a9 b11', 'c13'],
    ['a late record of a boot that nobody knew does not hold up the present one', 'b105 a100 b106', 'b106'],
  ])('%s', (_name, names, expected) => {
    const reports = names.split(' ').map((name) => report(name[0]!.repeat(12), Number(name.slice(1))))
    const oneByOne = open()
    for (const one of reports) oneByOne.heard([], [one], new PresenceRegister())
    expect(newest(oneByOne)).toBe(expected)
    const together = open()
    together.heard([], reports, new PresenceRegister())
    expect(newest(together)).toBe(expected)
  })

  test('the boot that says it is there is believed, whichever came first', () => {
    const registers = open()
    registers.heard([], [report(B, 105)], online(B))
    // Of an earlier boot that was never heard of.
    registers.heard([], [report(A, 100)], online(B))
    expect(newest(registers)).toBe('b105')
    registers.heard([], [report(C, 1)], online(C))
    expect(newest(registers)).toBe('c1')
    // Of an outbox that is gone.
    registers.heard([], [report(B, 106)], online(C))
    expect(newest(registers)).toBe('c1')
    registers.heard([], [report(B, 107)], online(B))
    expect(newest(registers)).toBe('b107')
    registers.heard([], [report(C, 108)], online(B))
    expect(newest(registers)).toBe('b107')
    // The health of a restart may be quicker than its presence.
    registers.heard([], [report('dddddddddddd', 109)], online(B))
    expect(newest(registers)).toBe('d109')
  })

  test('no clock decides: neither that of the gateway nor that of the hub', () => {
    const registers = open()
    registers.heard([], [report(A, 2, { receivedMs: T0 })], new PresenceRegister())
    const late = healthOf({ timeMs: T0 + 1e9, version: 'late' })
    registers.heard([], [report(A, 1, { receivedMs: T0 + 1e9, health: late })], new PresenceRegister())
    expect(newest(registers)).toBe('a2')
  })
})

test('all of it is there after a restart of the hub', () => {
  const folder = testFolder()
  const first = openRegisters(folder)
  const presence = new PresenceRegister()
  first.heard([], [report(A, 8), report(B, 9, { health: healthOf({ storage: full }) })], presence)
  const before = first.health.find('ebike-01', presence, T0)
  first.close()
  const second = open(folder)
  expect(second.health.find('ebike-01', presence, T0)).toEqual(before)
  expect(before).toMatchObject({
    gateway: 'ebike-01',
    receivedMs: T0 + 9,
    health: { storage: full },
    attention: [{ key: 'disk', detail: 'full' }],
  })
  expect(second.health.attentionOf('ebike-01', presence, T0)).toEqual(['disk'])
  second.heard([], [report(A, 9)], presence)
  expect(second.health.find('ebike-01', presence, T0)).toEqual(before)
})

test('devices and health are one commit: nothing is held of what could not be written', () => {
  const registers = open()
  const fix = ride(1)[0]!
  const sightings = [{ device: 'ebike-01', gateway: 'ebike-01', seenMs: T0, lastFix: fix }]
  const unwritable = healthOf({ uptimeS: 1n as unknown as number })
  expect(() => registers.heard(sightings, [report(A, 1, { health: unwritable })], online(A))).toThrow()
  expect(registers.devices.list()).toEqual([])
  expect(registers.health.attentionOf('ebike-01', online(A), T0)).toEqual([])
  expect([...registers.heard(sightings, [report(A, 1)], online(A)).movedOn.keys()]).toEqual(['ebike-01'])
  expect(newest(registers)).toBe('a1')
})

test('tells where the attention changed, and adds up', () => {
  const registers = open()
  const presence = new PresenceRegister()
  const heard = (...reports: HealthReport[]) => [...registers.heard([], reports, presence).attention]
  const thin = healthOf({
    storage: full,
    outbox: { records: 700, bytes: 9, dropped: { fix: 3, nonsense: 5 } },
  })
  expect(heard(report(A, 1))).toEqual([])
  expect(heard(report(A, 2, { health: thin }), report(C, 1, { gateway: 'post-1' }))).toEqual([
    ['ebike-01', ['disk', 'records-dropped', 'backlog']],
  ])
  expect(heard(report(A, 3, { health: thin }))).toEqual([])
  const { attention, waiting, dropped } = registers.health.totals(presence, T0)
  expect([...attention].filter(([, count]) => count > 0)).toEqual([
    ['disk', 1],
    ['records-dropped', 1],
    ['backlog', 1],
  ])
  expect(attention.get('silent')).toBe(0)
  expect(waiting).toBe(703)
  expect([...dropped]).toEqual([
    ['case', 0],
    ['health', 0],
    ['fix', 3],
    ['reading', 0],
    ['photo', 0],
  ])
  const better = healthOf({ outbox: { records: 7, bytes: 9, dropped: thin.outbox.dropped } })
  expect(heard(report(A, 4, { health: better }))).toEqual([['ebike-01', ['records-dropped']]])
})

test('a gateway that is online and tells nothing is silent, the list says it too', () => {
  const registers = open()
  const presence = online(A)
  registers.heard([], [report(A, 1)], presence)
  const { sinceMs } = presence.find('ebike-01')!
  const soon = sinceMs + 60_000
  const late = sinceMs + 16 * 60_000
  expect(registers.health.attentionOf('ebike-01', presence, soon)).toEqual([])
  expect(registers.health.attentionOf('ebike-01', presence, late)).toEqual(['silent'])
  expect(registers.health.find('ebike-01', presence, late)?.attention).toMatchObject([{ key: 'silent' }])
  expect(registers.health.totals(presence, late).attention.get('silent')).toBe(1)
  presence.note('ebike-01', { online: false, boot: A, timeMs: T0, version: '1' })
  expect(registers.health.attentionOf('ebike-01', presence, late)).toEqual([])
  expect(registers.health.attentionOf('nobody', presence, late)).toEqual([])
})
