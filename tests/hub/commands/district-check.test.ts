import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { registerImportCommands } from '../../../gateway/commands/import-registers.ts'
import { testFolder } from '../../test-folder.ts'
import { startedHub } from '../started-hub.ts'

const square = (code: string, west: number) => ({
  type: 'Feature',
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [west, 31.2],
        [west + 0.01, 31.2],
        [west + 0.01, 31.21],
        [west, 31.21],
        [west, 31.2],
      ],
    ],
  },
  properties: { code, name: code },
})
const street = (id: string, coordinates: number[][]) => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates },
  properties: { id },
})

async function importing(
  kind: string,
  features: object[],
): Promise<{ said: string[]; complained: string[] }> {
  const folder = testFolder()
  const file = join(folder, `${kind}.geojson`)
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features }))
  const said = vi.spyOn(console, 'log').mockImplementation(() => {})
  const complained = vi.spyOn(console, 'error').mockImplementation(() => {})
  const command = registerImportCommands().find((one) => one.name() === kind)!
  await command.parseAsync([file, '--data', join(folder, 'hub')], { from: 'user' })
  const lines = (spy: typeof said): string[] => spy.mock.calls.map(([line]) => String(line))
  const result = { said: lines(said), complained: lines(complained) }
  vi.restoreAllMocks()
  return result
}

test('grids that overlap are said, with where', async () => {
  const { said, complained } = await importing('grids', [
    square('310101001001001', 121.4),
    square('310101001001002', 121.408),
  ])
  expect(complained).toEqual([
    expect.stringMatching(
      /^grids 310101001001001 and 310101001001002 overlap: \d+ m² at 31\.20\d+, 121\.40\d+$/,
    ),
  ])
  expect(said.at(-1)).toMatch(/^2 grids in the register: 1 overlaps, 0 holes/)
})

const STREETS = [
  street('whole', [
    [121.4, 31.2],
    [121.41, 31.2],
  ]),
  street('crossing', [
    [121.405, 31.195],
    [121.405, 31.205],
  ]),
  street('point', [
    [121.4, 31.21],
    [121.4, 31.21],
  ]),
]

test('broken streets are said, with where, and the rest is counted', async () => {
  const { said, complained } = await importing('streets', STREETS)
  expect(complained).toEqual([expect.stringMatching(/^street point: .+ at 31\.210000, 121\.400000$/)])
  expect(said.at(-1)).toMatch(
    /^3 streets in the register: 2\.1 km in 4 parts between 5 junctions and ends, 1 problems$/,
  )
})

test('the same over HTTP', async () => {
  const hub = await startedHub()
  hub.registers.import('streets', { type: 'FeatureCollection', features: STREETS })
  expect(await hub.json('/api/v1/streets/check')).toMatchObject({
    parts: 4,
    junctions: 5,
    problems: [{ street: 'point', lat: 31.21, lon: 121.4 }],
  })
})
