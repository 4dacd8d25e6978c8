import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Imports run one way: see docs/design.md. A folder may import itself and what stands here, nothing else of ours. */
const root = resolve(import.meta.dirname, '..')
const MAY_IMPORT: Record<string, string[]> = {
  proto: [],
  'gateway/foundation': ['proto'],
  'gateway/edge': ['gateway/foundation', 'proto'],
  'gateway/hub': ['gateway/foundation', 'proto'],
  'device-sim': ['proto'],
  // Thousands of gateways in one process: the uplink is the product's.
  'device-sim/load': ['device-sim', 'gateway/edge', 'gateway/foundation', 'proto'],
  'dashboards/web': ['proto'],
  'dashboards/terminal': ['proto'],
}
const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/node_modules|\/dist\//.test(file))

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map((match) =>
    relative(root, resolve(root, dirname(file), match[1]!)),
  )

const inside = (file: string, folder: string): boolean => file.startsWith(`${folder}/`)

test.each(Object.entries(MAY_IMPORT))('%s imports only %j', (folder, allowed) => {
  // A folder inside with a line of its own goes by that.
  const apart = Object.keys(MAY_IMPORT).filter((other) => inside(other, folder))
  const files = sources(folder).filter((file) => !apart.some((other) => inside(file, other)))
  expect(files.length).toBeGreaterThan(0)
  const breaches = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => ![folder, ...allowed].some((home) => inside(target, home)))
      .map((target) => `${file} imports ${target}`),
  )
  expect(breaches).toEqual([])
})

/** Within the patrol side of the hub: from what lies on the ground up to what is said of a shift. */
const PATROL = 'gateway/hub/patrol'
const PATROL_MAY_IMPORT: Record<string, string[]> = {
  grids: [],
  tracks: [],
  streets: ['tracks'],
  ground: ['grids', 'streets'],
  coverage: ['grids', 'tracks', 'streets', 'ground'],
  shifts: ['grids', 'tracks'],
  missed: ['grids', 'streets', 'ground', 'coverage'],
}

test('the folders of patrol have a floor each', () => {
  const folders = new Set(sources(PATROL).flatMap((file) => /patrol\/(\w+)\//.exec(file)?.[1] ?? []))
  expect([...folders].sort()).toEqual(Object.keys(PATROL_MAY_IMPORT).sort())
})

test.each(Object.entries(PATROL_MAY_IMPORT))(
  'patrol/%s imports of the patrol side only %j',
  (folder, allowed) => {
    const breaches = sources(`${PATROL}/${folder}`).flatMap((file) =>
      importsOf(file)
        .filter((target) => inside(target, 'gateway/hub') && !inside(target, 'gateway/hub/stores'))
        .filter((target) => ![folder, ...allowed].some((home) => inside(target, `${PATROL}/${home}`)))
        // What all of them stand on: distances, quality of fixes, the form of a survey.
        .filter((target) => !/^gateway\/hub\/patrol\/[\w-]+\.ts$/.test(target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(breaches).toEqual([])
  },
)

test('nothing of the simulator needs the load driver, which imports the gateway', () => {
  const rest = sources('device-sim').filter((file) => !inside(file, 'device-sim/load'))
  const needs = rest.filter((file) => importsOf(file).some((target) => inside(target, 'device-sim/load')))
  expect(needs).toEqual([])
})

test('the wire and the domain import nothing of ours but each other, and no server code reaches a page', () => {
  const page = [
    'proto/http.ts',
    'proto/http-values.ts',
    'proto/patrol-http.ts',
    'proto/terminal-http.ts',
    'proto/district.ts',
    'proto/domain.ts',
    'proto/fix-columns.ts',
    'proto/track-chunk.ts',
    'proto/track-columns.ts',
  ]
  expect(page.flatMap(importsOf).filter((target) => !page.includes(target))).toEqual([])
})

test('the wall test sees imports', () => {
  expect(importsOf('gateway/edge/edge.ts')).toContain('gateway/edge/outbox/open-kept.ts')
})
