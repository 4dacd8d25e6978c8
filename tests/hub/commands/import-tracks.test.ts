import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importTracksCommand } from '../../../gateway/commands/import-tracks.ts'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { testFolder } from '../../test-folder.ts'
import { type Outcome, runCommand } from './run-command.ts'

const T = '2026-05-01T00:00:00.000Z'
const CSV = `time,lat,lon\n${T},31.2,121.4\n2026-05-01T00:00:01.000Z,31.2,121.5\n,1,1\n`

const importTracks = (...args: string[]): Promise<Outcome> =>
  runCommand([importTracksCommand()], ['tracks', ...args])

function written(folder: string, name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

test('keeps what is a fix, lists what is none, and the device is known', async () => {
  const folder = testFolder()
  const data = join(folder, 'hub')
  const path = written(folder, 'a.csv', CSV)
  expect(await importTracks(path, '--device', 'bike-7', '--data', data)).toEqual({
    code: 0,
    stdout: `${path}: csv in wgs84: 2 fixes kept, 1 rejected, ${T} to 2026-05-01T00:00:01.000Z\n`,
    stderr: `${path}: line 4: no time\n`,
  })
  const config = written(folder, 'hub.yaml', `hub: { data: ${JSON.stringify(data)} }`)
  expect(await importTracks(path, '--device', 'bike-7', '--config', config)).toMatchObject({ code: 0 })
  const registers = openRegisters(data)
  expect(registers.devices.list()).toEqual([
    {
      device: 'bike-7',
      gateway: 'bike-7',
      seenMs: Date.parse(T) + 1000,
      lastFix: { timeMs: Date.parse(T) + 1000, lat: 31.2, lon: 121.5 },
    },
  ])
  registers.close()
  const store = await openTrackStore({ kind: 'sqlite' }, data)
  expect(await store.readTrack('bike-7', 0, 1e13)).toMatchObject({ count: 2 })
  await store.close()
})

test('a gateway that brings the device stays the one, and a newer fix stays the last', async () => {
  const data = testFolder()
  const registers = openRegisters(data)
  const lastFix = { timeMs: Date.parse(T) + 500, lat: 31, lon: 121 }
  registers.devices.seen([{ device: 'node-1', gateway: 'box', seenMs: 5, lastFix }])
  await importTracks(
    written(data, 'a.csv', CSV.split('\n').slice(0, 2).join('\n')),
    '--device',
    'node-1',
    '--data',
    data,
  )
  expect(registers.devices.find('node-1')).toMatchObject({ gateway: 'box', lastFix })
  registers.close()
})

test('a file that cannot be read fails, the others are imported', async () => {
  const folder = testFolder()
  const bad = written(folder, 'bad.gpx', '<gpx>\n<trk>')
  const good = written(folder, 'good.csv', CSV)
  const gone = join(folder, 'gone.csv')
  const outcome = await importTracks(bad, gone, good, '--device', 'bike-1', '--data', folder)
  expect(outcome.code).toBe(1)
  expect(outcome.stderr).toContain(`gridpatrol: ${bad}: line 2: cut off: gpx, trk have no end`)
  expect(outcome.stderr).toContain(`ENOENT: no such file or directory, open '${gone}'`)
  expect(outcome.stdout).toContain(`${good}: csv in wgs84: 2 fixes kept`)
})

test('where nothing is kept it fails; of many rejects a hundred are listed', async () => {
  const folder = testFolder()
  const path = written(folder, 'a.csv', `time,lat,lon\n${`${T},0,0\n`.repeat(150)}`)
  const { code, stdout, stderr } = await importTracks(path, '--device', 'bike-1', '--data', folder)
  expect(code).toBe(1)
  expect(stderr.split('\n').filter((line) => line.includes('lat 0, lon 0'))).toHaveLength(100)
  expect(stderr).toContain(`${path}: and 50 more rejected points`)
  expect(stdout).toContain('0 fixes kept, 150 rejected')
})

test.each([
  [['--data', 'x'], /required option '--device <id>'/],
  [['--device', 'a b', '--data', 'x'], /expected 1 to 64 letters, digits/],
  [['--device', 'a', '--crs', 'mars', '--data', 'x'], /Allowed choices are wgs84, gcj02, bd09/],
  [['--device', 'a'], /expected --data DIR/],
])('wrong use: %j', async (options, words) => {
  const { code, stderr } = await importTracks('a.gpx', ...options)
  expect(code).toBe(2)
  expect(stderr).toMatch(words)
  expect(existsSync('x')).toBe(false)
})
