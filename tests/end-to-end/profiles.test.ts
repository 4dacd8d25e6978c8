import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { silentLog } from '../../gateway/foundation/log.ts'
import { HubConfig } from '../../gateway/hub/config.ts'
import { type Hub, startHub } from '../../gateway/hub/hub.ts'
import { Cases, Devices } from '../../proto/http.ts'
import { TerminalState } from '../../proto/terminal-http.ts'
import { startGridpatrolIn } from './gridpatrol-process.ts'

/**
 * The README's paragraph on the four profiles, done as it says: the hardware of a profile is simulated, and the
 * unmodified gateway runs the profile's example against it. Only the broker's port is another, so that tests can run
 * beside each other.
 */
const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const lines = [
  ...readme.matchAll(/^\| .*`simulate --profile (\w+)`.*`edge --config (docs\/examples\/[\w-]+\.yaml)`/gm),
]
const profiles = new Map(lines.map(([, profile, example]) => [profile!, example!]))

const folder = mkdtempSync(join(tmpdir(), 'profiles-'))
let hub: Hub

beforeAll(async () => {
  hub = await startHub(
    HubConfig.parse({ data: join(folder, 'hub'), http: { port: 0 }, broker: { embedded: { port: 0 } } }),
    silentLog(),
  )
})
afterAll(async () => {
  await hub.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the README has a line for each of the four', () => {
  expect([...profiles.keys()].toSorted()).toEqual(['ebike', 'lamp', 'manhole', 'terminal'])
})

async function withProfile(
  profile: string,
  check: (edgeSays: (pattern: RegExp) => Promise<RegExpMatchArray>) => Promise<void>,
) {
  const example = profiles.get(profile)!
  const home = join(folder, profile)
  cpSync(join(root, 'docs/examples'), join(home, 'docs/examples'), { recursive: true })
  const file = join(home, example)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('mqtt://127.0.0.1:1883', hub.brokerUrl!).replace('port: 8088', 'port: 0'))
  const simulation = startGridpatrolIn(home, 'simulate', '--profile', profile)
  await simulation.says(/stop: Ctrl\+C/)
  const edge = startGridpatrolIn(home, 'edge', '--config', example)
  try {
    await check(edge.says)
    expect(await edge.stop()).toBe(0)
  } finally {
    await edge.kill()
    await simulation.stop()
  }
}
const lastFixOf = async (device: string) => {
  const { devices } = Devices.parse(await (await fetch(`${hub.httpUrl}/api/v1/devices`)).json())
  return devices.find(({ id }) => id === device)?.lastFix
}
const casesOf = async (gateway: string) => {
  const { cases } = Cases.parse(await (await fetch(`${hub.httpUrl}/api/v1/cases`)).json())
  return cases.filter((entry) => entry.gateway === gateway).map(({ fault }) => fault)
}
const within = (timeout: number, check: () => Promise<void>) => vi.waitFor(check, { timeout, interval: 250 })

describe.concurrent('each profile against simulated hardware', { timeout: 120_000 }, () => {
  test('e-bike: its fixes are at the hub', () =>
    withProfile('ebike', async () => {
      // A cold start takes up to 40 s.
      await within(90_000, async () =>
        expect(await lastFixOf('ebike-01')).toMatchObject({ lat: expect.closeTo(31.2, 0) }),
      )
    }))

  test('patrol terminal: its fixes are at the hub, and its page knows where it is', () =>
    withProfile('terminal', async (says) => {
      const [, page] = await says(/"url":"(http:[^"]+)"/)
      await within(90_000, async () => {
        expect(await lastFixOf('terminal-01')).toBeDefined()
        const state = TerminalState.parse(await (await fetch(`${page}/api/terminal/state`)).json())
        expect(state).toMatchObject({ gateway: 'terminal-01', online: true, by: '张三', fix: {} })
      })
    }))

  test('manhole: a cover that tilts after half a minute is a case', () =>
    withProfile('manhole', async () => {
      await within(90_000, async () => expect(await casesOf('manhole-01')).toContain('cover_tilted'))
    }))

  test('street lamp: a lamp that dies after forty seconds of the night is a case', () =>
    withProfile('lamp', async () => {
      await within(100_000, async () => expect(await casesOf('lamp-01')).toContain('lamp_out'))
    }))
})
