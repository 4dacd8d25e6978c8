import { createHash } from 'node:crypto'
import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import { describe, expect, it } from 'vitest'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { type StreetGraph, streetGraph } from '../../device-sim/city/street-graph.ts'
import { componentKind } from '../../proto/catalogue/catalogue.ts'
import { Components, type District, Grids, Streets } from '../../proto/district.ts'

const SEEDS = [1, 2, 3, 7, 42, 2026, -5]

describe.each(SEEDS)('the district of seed %i', (seed) => {
  const district = generateDistrict(seed)
  const graph = streetGraph(district)
  const grids = new Map(district.grids.features.map((grid) => [grid.properties.code, grid]))

  it('fits the schemas of the registers', () => {
    expect(Grids.parse(district.grids)).toEqual(district.grids)
    expect(Streets.parse(district.streets)).toEqual(district.streets)
    expect(Components.parse(district.components)).toEqual(district.components)
  })

  it('has 16 unit grids with codes of 15 digits, which tile it', () => {
    expect(grids.size).toBe(16)
    for (const code of grids.keys()) expect(code).toMatch(/^310101\d{9}$/)
    expect(new Set(district.grids.features.map((grid) => grid.properties.name)).size).toBe(16)
    // Every border is shared by two grids in opposite directions, or is the rim.
    const borders = new Map<string, number>()
    for (const grid of district.grids.features) {
      const ring = grid.geometry.coordinates[0] as number[][]
      expect(ring[0]).toEqual(ring.at(-1))
      expect(signedArea(ring)).toBeGreaterThan(0)
      for (let index = 1; index < ring.length; index++) {
        const [a, b] = [String(ring[index - 1]), String(ring[index])]
        const key = a < b ? `${a} ${b}` : `${b} ${a}`
        borders.set(key, (borders.get(key) ?? 0) + (a < b ? 1 : -1))
      }
    }
    const rim = [...borders.values()].filter((count) => count !== 0)
    expect(rim.every((count) => Math.abs(count) === 1)).toBe(true)
    expect(rim.length).toBeLessThan(borders.size / 2)
  })

  it('lies about 31.23 N 121.47 E, 2 km wide and high', () => {
    const positions = district.streets.features.flatMap((street) => street.geometry.coordinates as number[][])
    const spanOf = (values: number[]) => Math.max(...values) - Math.min(...values)
    expect(spanOf(positions.map(([, lat]) => lat!)) * 111).toBeGreaterThan(1.8)
    expect(spanOf(positions.map(([, lat]) => lat!)) * 111).toBeLessThan(2.3)
    expect(spanOf(positions.map(([lon]) => lon!)) * 95).toBeGreaterThan(1.8)
    for (const [lon, lat] of positions) {
      expect(Math.abs(lon! - 121.47)).toBeLessThan(0.015)
      expect(Math.abs(lat! - 31.23)).toBeLessThan(0.015)
    }
  })

  it('has named streets of several classes, each name and id once', () => {
    const { features } = district.streets
    expect(new Set(features.map((street) => street.properties.id)).size).toBe(features.length)
    expect(new Set(features.map((street) => street.properties.name)).size).toBe(features.length)
    for (const { properties } of features) expect(properties.name).toMatch(/[路街巷里弄]$/)
    expect(new Set(features.map((street) => street.properties.highway))).toEqual(
      new Set(['primary', 'secondary', 'tertiary', 'residential', 'living_street', 'service']),
    )
  })

  it('has one connected street network, with dead ends and without splinters', () => {
    expect(reachable(graph)).toBe(graph.nodes.length)
    expect(Math.min(...graph.edges.map((edge) => edge.lengthM))).toBeGreaterThan(5)
    expect(graph.nodes.filter((node) => node.edges.length === 1).length).toBeGreaterThan(3)
    const totalM = graph.edges.reduce((sum, edge) => sum + edge.lengthM, 0)
    expect(totalM).toBeGreaterThan(40_000)
    expect(totalM).toBeLessThan(80_000)
  })

  it('gives every street part its grid, or both where it is their border', () => {
    for (const edge of graph.edges) {
      expect([1, 2]).toContain(edge.grids.length)
      for (const code of edge.grids) expect(grids.has(code)).toBe(true)
    }
  })

  it('has a river or park: some place at least 110 m from any street', () => {
    let farthestM = 0
    for (let xM = -800; xM <= 800; xM += 40)
      for (let yM = -800; yM <= 800; yM += 40)
        farthestM = Math.max(farthestM, toStreetM(graph, centred(graph, xM, yM)))
    expect(farthestM).toBeGreaterThan(110)
  })

  it('has at least 200 components, coded, each inside the polygon of its grid', () => {
    const { features } = district.components
    expect(features.length).toBeGreaterThanOrEqual(200)
    expect(new Set(features.map((component) => component.properties.code)).size).toBe(features.length)
    for (const { geometry, properties } of features) {
      expect(properties.code).toMatch(/^31010101(01|02|03|07|18)\d{6}$/)
      expect(properties.name).toContain(componentKind(properties.code)!.zh)
      for (const name of [properties.authority, properties.owner, properties.maintainer])
        expect(name).toMatch(/[\u4e00-\u9fff]{3}/)
      expect(
        booleanPointInPolygon(geometry.coordinates, grids.get(properties.grid)!, { ignoreBoundary: true }),
      ).toBe(true)
      const [lon, lat] = geometry.coordinates
      expect(toStreetM(graph, graph.plane.toPlane(lat, lon))).toBeLessThan(10)
    }
    const perGrid = new Set(features.map((component) => component.properties.grid))
    expect(perGrid.size).toBe(16)
  })
})

it('is the same for the same seed, byte for byte, and another for another', () => {
  expect(hash(generateDistrict(1))).toBe(hash(generateDistrict(1)))
  expect(new Set(SEEDS.map((seed) => hash(generateDistrict(seed)))).size).toBe(SEEDS.length)
  expect(hash(generateDistrict(1))).toBe(GOLDEN)
})

/** Of seed 1. It changes when the city generator does: say in the commit why. */
const GOLDEN = '9b6fd1bd4f13a55d0070cb5034a52ca5df72e959ce9955ea19232ce524768259'

it('streetGraph takes any district: lines in parts, holes in grids, and says when there are no streets', () => {
  const square = (lon: number, lat: number, half: number) => [
    [lon - half, lat - half] as [number, number],
    [lon + half, lat - half] as [number, number],
    [lon + half, lat + half] as [number, number],
    [lon - half, lat + half] as [number, number],
    [lon - half, lat - half] as [number, number],
  ]
  const district: District = {
    streets: {
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          geometry: {
            type: 'MultiLineString',
            coordinates: [
              [
                [8, 50],
                [8.001, 50],
                [8.001, 50],
              ],
              [
                [8.001, 50],
                [8.001, 50.001],
              ],
            ],
          },
          properties: { id: 'a' },
        },
      ],
    },
    grids: {
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          geometry: {
            type: 'MultiPolygon',
            coordinates: [[square(8, 50, 0.01), square(8.001, 50.0005, 0.0003)]],
          },
          properties: { code: '123456', name: 'with a hole' },
        },
      ],
    },
    components: { type: 'FeatureCollection', features: [] },
  }
  const graph = streetGraph(district)
  expect(graph.nodes).toHaveLength(3)
  expect(graph.edges.map((edge) => edge.grids)).toEqual([['123456'], []])
  expect(graph.edges[0]!.lengthM).toBeCloseTo(71.7, 0)
  expect(() => streetGraph({ ...district, streets: { type: 'FeatureCollection', features: [] } })).toThrow(
    'no streets',
  )
})

function hash(district: District): string {
  return createHash('sha256').update(JSON.stringify(district)).digest('hex')
}

function signedArea(ring: number[][]): number {
  let sum = 0
  for (let index = 1; index < ring.length; index++)
    sum += ring[index - 1]![0]! * ring[index]![1]! - ring[index]![0]! * ring[index - 1]![1]!
  return sum
}

function reachable({ nodes, edges }: StreetGraph): number {
  const seen = new Set([0])
  for (const node of seen)
    for (const edge of nodes[node]!.edges) seen.add(edges[edge]!.from).add(edges[edge]!.to)
  return seen.size
}

interface Point {
  xM: number
  yM: number
}

function centred(graph: StreetGraph, xM: number, yM: number): Point {
  const centre = graph.plane.toPlane(31.23, 121.47)
  return { xM: centre.xM + xM, yM: centre.yM + yM }
}

function toStreetM({ nodes, edges }: StreetGraph, point: Point): number {
  let leastM = Infinity
  for (const { from, to, lengthM } of edges) {
    const a = nodes[from]!
    const b = nodes[to]!
    const along = ((point.xM - a.xM) * (b.xM - a.xM) + (point.yM - a.yM) * (b.yM - a.yM)) / lengthM ** 2
    const share = Math.min(1, Math.max(0, along))
    const awayM = Math.hypot(a.xM + (b.xM - a.xM) * share - point.xM, a.yM + (b.yM - a.yM) * share - point.yM)
    leastM = Math.min(leastM, awayM)
  }
  return leastM
}
