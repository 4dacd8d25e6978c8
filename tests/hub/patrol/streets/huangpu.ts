import { existsSync, readFileSync } from 'node:fs'
import { generateDistrict } from '../../../../device-sim/city/district.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { RegisterEntry } from '../../../../gateway/hub/registers/feature-register.ts'
import { importFeatures } from '../../../../gateway/hub/registers/import-features.ts'
import type { District, GridFeature, StreetFeature } from '../../../../proto/district.ts'

const FILE = new URL('../../../../../shared/data/streets/shanghai-huangpu-streets.geojson', import.meta.url)

/** Why the real streets are not there to test with; undefined: they are. @throws Error in CI, where they must be. */
export function whyNoHuangpu(): string | undefined {
  if (existsSync(FILE)) return undefined
  const reason = 'the streets of Huangpu are not beside this checkout (../shared/data/streets)'
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return reason
}

/** As OpenStreetMap has them: `layer`, `bridge` and `tunnel` too. */
export function huangpuAsDrawn(): StreetFeature[] {
  const { features } = JSON.parse(readFileSync(FILE, 'utf8')) as { features: StreetFeature[] }
  return features.map((feature) => {
    const properties: Record<string, unknown> = { ...feature.properties }
    return { ...feature, properties: { ...feature.properties, id: String(properties['@id']) } }
  })
}

/** As the register keeps them after an import. */
export function huangpuStreets(): StreetFeature[] {
  const streets: StreetFeature[] = []
  const register = {
    put: (entries: RegisterEntry[]) => {
      for (const { json } of entries) streets.push(JSON.parse(json) as StreetFeature)
      return 0
    },
  }
  importFeatures(register, 'streets', JSON.parse(readFileSync(FILE, 'utf8')))
  return streets
}

export interface RealOrMade {
  name: 'huangpu' | 'simulated'
  /** Streets as the register has them; where they are real, one grid around them all, and no components. */
  district: District
  network: StreetNetwork
  /** District to ride in: without what an e-bike cannot or must not ride on. */
  ridden: District
}

let made: RealOrMade | undefined

/** Huangpu or, where its streets are not at hand, the simulator's district. */
export function realOrMadeDistrict(): RealOrMade {
  if (made) return made
  const isReal = existsSync(FILE)
  const district = isReal ? districtOf(huangpuStreets()) : generateDistrict(1)
  const network = buildNetwork(district.streets.features)
  const ridden = { ...district, streets: rideable(district.streets.features, network) }
  made = { name: isReal ? 'huangpu' : 'simulated', district, network, ridden }
  return made
}

function districtOf(streets: StreetFeature[]): District {
  const points = streets.flatMap(({ geometry }) =>
    geometry.type === 'LineString' ? geometry.coordinates : geometry.coordinates.flat(),
  )
  const lons = points.map(([lon]) => lon)
  const lats = points.map(([, lat]) => lat)
  const [west, east] = [Math.min(...lons) - 1e-3, Math.max(...lons) + 1e-3]
  const [south, north] = [Math.min(...lats) - 1e-3, Math.max(...lats) + 1e-3]
  const grid: GridFeature = {
    type: 'Feature',
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [west, south],
          [east, south],
          [east, north],
          [west, north],
          [west, south],
        ],
      ],
    },
    properties: { code: '310101001001001', name: 'Huangpu' },
  }
  return {
    grids: { type: 'FeatureCollection', features: [grid] },
    streets: { type: 'FeatureCollection', features: streets },
    components: { type: 'FeatureCollection', features: [] },
  }
}

/** E-bikes are banned from elevated roads; and a street without a way to the others is ridden for ever. */
function rideable(streets: StreetFeature[], network: StreetNetwork): District['streets'] {
  const group = new Int32Array(network.nodes.length).fill(-1)
  const lengthOf: number[] = []
  const isOpen = (highway: string | undefined) => !/^(motorway|trunk)/.test(highway ?? '')
  for (let start = 0; start < group.length; start++) {
    if (group[start]! >= 0) continue
    const open = [start]
    group[start] = lengthOf.length
    let lengthM = 0
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (const index of network.nodes[node]!.parts) {
        const part = network.parts[index]!
        if (!isOpen(part.highway)) continue
        lengthM += part.lengthM / 2
        for (const next of [part.from, part.to]) {
          if (group[next]! >= 0) continue
          group[next] = lengthOf.length
          open.push(next)
        }
      }
    lengthOf.push(lengthM)
  }
  const largest = lengthOf.indexOf(Math.max(...lengthOf))
  const kept = new Set(
    network.parts
      .filter((part) => isOpen(part.highway) && group[part.from] === largest)
      .map((part) => part.street),
  )
  return { type: 'FeatureCollection', features: streets.filter((s) => kept.has(s.properties.id)) }
}
