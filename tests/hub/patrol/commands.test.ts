import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { AreaCoverage } from '../../../proto/patrol-http.ts'
import { at, everySecond, START_MS } from './made-track.ts'

const MAIN = join(import.meta.dirname, '../../../gateway/main.ts')
const GRID = '310101001001001'
const RANGE = ['--from', '2026-05-01T00:00:00Z', '--to', '2026-05-02']

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridpatrol-commands-'))
  const store = await openTrackStore({ kind: 'sqlite' }, folder)
  const fixes = everySecond(0, 60, (s) => ({ ...at(4 * s, 95), speedMps: 4, quality: 'dgps' as const }))
  // More than a pipe holds, a month later.
  const long = everySecond(30 * 86_400, 20_000, (s) => at(s, 0))
  await store.write({
    fixes: [
      { device: 'bike-1', fixes },
      { device: 'long', fixes: long },
    ],
    readings: [],
  })
  await store.close()
  const corners = [at(0, 0), at(199.9, 0), at(199.9, 199.9), at(0, 199.9), at(0, 0)]
  const coordinates = [corners.map(({ lon, lat }) => [lon, lat])]
  const registers = openRegisters(folder)
  registers.import('grids', {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates },
        properties: { code: GRID, name: '外滩一' },
      },
    ],
  })
  registers.close()
})
afterAll(() => rm(folder, { recursive: true }))

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

const gridpatrol = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

const exportTrack = (format: string, ...more: string[]) =>
  gridpatrol('export', 'track', '--data', folder, '--device', 'bike-1', ...RANGE, '--format', format, ...more)

test('export track: CSV with a line a fix', async () => {
  const { code, stdout, stderr } = await exportTrack('csv')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(61)
  expect(lines[0]).toMatch(/^time,lat,lon,/)
  expect(lines[1]).toMatch(/^2026-05-01T00:00:00\.000Z,31\.2008568,121\.4,,4,/)
})

test('export track: GPX and GeoJSON are whole files', async () => {
  const gpx = await exportTrack('gpx', '--crs', 'wgs84')
  expect(gpx.code).toBe(0)
  expect(gpx.stdout).toMatch(/^<\?xml.*<\/gpx>\n$/s)
  expect(gpx.stdout.match(/<trkpt /g)).toHaveLength(60)
  const { features } = JSON.parse((await exportTrack('geojson')).stdout)
  expect(features).toHaveLength(1)
  expect(features[0].geometry.coordinates).toHaveLength(60)
})

test('export track: a reader that closes early is no failure', async () => {
  const range = ['--from', '2026-05-31', '--to', '2026-06-01']
  const words = [process.execPath, MAIN, 'export', 'track', '--data', folder, '--device', 'long', ...range]
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const command = `${quoted} --format csv | head -n 1; echo \${PIPESTATUS[0]}`
  const stdout = await new Promise<string>((resolve) => {
    execFile('bash', ['-c', command], (_, out) => resolve(out))
  })
  expect(stdout).toMatch(/^time,.*\n0\n$/)
})

test('coverage: in words', async () => {
  const { code, stdout } = await gridpatrol('coverage', '--data', folder, '--grid', GRID, ...RANGE)
  expect(code).toBe(0)
  expect(stdout).toContain(`grid ${GRID} 外滩一, 2026-05-01T00:00:00.000Z to 2026-05-02T00:00:00.000Z`)
  expect(stdout).toMatch(/covered +15\.0 % {2}60 of 400 cells of 10 m/)
  expect(stdout).toMatch(/cannot tell +0\.0 % {2}0 cells/)
  expect(stdout).toMatch(/devices +bike-1/)
  expect(stdout).toMatch(/policy +area\/3: Share of/)
})

test('coverage of a grid above the unit grids, by another policy: their sums', async () => {
  const ask = (...more: string[]) =>
    gridpatrol('coverage', '--data', folder, '--grid', '310101', ...RANGE, ...more)
  const area = await ask()
  expect(area.stdout).toContain('grid 310101, 1 unit grids, 2026-05-01T00:00:00.000Z')
  expect(area.stdout).toMatch(/covered +15\.0 % {2}60 of 400 cells of 10 m/)
  const components = await ask('--policy', 'components')
  expect(components.stdout).toMatch(/covered +0\.0 % {2}0 of 0 components/)
  const road = JSON.parse((await ask('--policy', 'road', '--json')).stdout)
  expect(road).toMatchObject({ grid: '310101', level: 'district', lengthM: 0, policy: { id: 'road' } })
})

test('coverage --json: as the API answers, from the store that a configuration names', async () => {
  const config = join(folder, 'hub.yaml')
  await writeFile(config, `hub:\n  data: ${folder}\n  store: { kind: sqlite }\n`)
  const { stdout } = await gridpatrol('coverage', '--config', config, '--grid', GRID, ...RANGE, '--json')
  expect(AreaCoverage.parse(JSON.parse(stdout))).toMatchObject({
    grid: GRID,
    from: '2026-05-01T00:00:00.000Z',
    coveredCells: 60,
    devices: ['bike-1'],
  })
})

const nowhere = '/nowhere/at/all'
test.each<[string, number, RegExp, () => string[]]>([
  [
    'a device without fixes',
    1,
    /device x: no fix from .* devices with fixes then: bike-1/,
    () => ['export', 'track', '--data', folder, '--device', 'x', ...RANGE, '--format', 'csv'],
  ],
  [
    'a time without fixes',
    1,
    /no device has a fix from 1970/,
    () => [
      'export',
      'track',
      '--data',
      folder,
      '--device',
      'x',
      '--from',
      '1970-01-01',
      '--to',
      '1970-01-02',
      '--format',
      'csv',
    ],
  ],
  [
    'a folder without tracks',
    1,
    /\/nowhere\/at\/all: no tracks\.db there/,
    () => ['coverage', '--data', nowhere, '--grid', GRID, ...RANGE],
  ],
  [
    'an unknown grid',
    1,
    /grid 1: not in the register; `gridpatrol import grids FILE`/,
    () => ['coverage', '--data', folder, '--grid', '1', ...RANGE],
  ],
  ['no folder', 2, /expected --data DIR/, () => ['coverage', '--grid', GRID, ...RANGE]],
  [
    'no such format',
    2,
    /csv/,
    () => ['export', 'track', '--data', folder, '--device', 'bike-1', ...RANGE, '--format', 'kml'],
  ],
  [
    'no time',
    2,
    /"yesterday" is no time: expected ISO 8601/,
    () => ['coverage', '--data', folder, '--grid', GRID, '--from', 'yesterday', '--to', `${START_MS}`],
  ],
  [
    'a time out of all dates',
    2,
    /no date reaches/,
    () => ['coverage', '--data', folder, '--grid', GRID, '--from', '0000000001', '--to', '99999999999999999'],
  ],
  [
    'ends that are swapped',
    2,
    /--from 2026-05-02T.* is not before --to 2026-05-01T/,
    () => ['coverage', '--data', folder, '--grid', GRID, '--from', '2026-05-02', '--to', '2026-05-01'],
  ],
])('%s: exit code %d, and what to do', async (_, code, message, args) => {
  const outcome = await gridpatrol(...args())
  expect(outcome.stderr).toMatch(message)
  expect(outcome.code).toBe(code)
})
