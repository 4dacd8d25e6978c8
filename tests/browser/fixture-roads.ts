import type { z } from 'zod'
import { streetGraph } from '../../device-sim/city/street-graph.ts'
import type { District, GridFeature } from '../../proto/district.ts'
import {
  ComponentCoverage,
  type CoveragePolicy,
  CoverageRollUp,
  type GRID_LEVELS,
  RoadCoverage,
  type StreetPartCoverage,
  VisitCoverage,
} from '../../proto/patrol-http.ts'
import { coverageOf } from './fixture-coverage.ts'
import type { Ride } from './fixture-rides.ts'

/** Coverage of the fixture by the policies beside area: simple and slow, for a small district. */

export interface Asked {
  grid: string
  from: string
  to: string
}

const STEP_M = 10
const SIGHT_M = 18
const PASS_M = 25
const POOR_M = 30

export const POLICY_TEXTS: Record<CoveragePolicy, { text: string; textZh: string }> = {
  area: {
    text: 'Share of the cells within 15 m of a good fix.',
    textZh: '格子中心 15 米内有良好定位的比例。',
  },
  road: {
    text: 'Length of the streets within 18 m of a good fix ÷ length of all streets in the grid.',
    textZh: '道路上 18 米内有良好定位的长度 ÷ 网格内道路总长。',
  },
  components: {
    text: 'Components passed within 25 m ÷ components of the grid.',
    textZh: '25 米内经过的部件 ÷ 网格内部件总数。',
  },
  visits: {
    text: 'Visits made, at most those asked for, ÷ visits asked for by the class of the place.',
    textZh: '已到次数（每处最多计到要求的次数）÷ 按等级要求的次数。',
  },
}

export const policyOf = (id: CoveragePolicy) => ({ id, version: 2, ...POLICY_TEXTS[id] })

interface Seen {
  timeMs: number
  poor: boolean
}

/** Whoever came how near to where: fixes in squares of some 100 m. */
export class SeenPlaces {
  readonly #squares = new Map<
    string,
    { lat: number; lon: number; poor: boolean; timeMs: number; device: string }[]
  >()

  constructor(rides: readonly Ride[], { from, to }: Pick<Asked, 'from' | 'to'>) {
    for (const { device, fixes } of rides)
      for (const { time, lat, lon, accuracyM } of fixes) {
        if (time < from || time >= to) continue
        const key = squareOf(lat, lon)
        const square = this.#squares.get(key) ?? []
        square.push({ lat, lon, poor: (accuracyM ?? 0) > POOR_M, timeMs: Date.parse(time), device })
        this.#squares.set(key, square)
      }
  }

  /** The last good fix within reach, else the last poor one. */
  lastNear(
    lat: number,
    lon: number,
    reachM: number,
  ): (Seen & { device: string; distanceM: number }) | undefined {
    let best: (Seen & { device: string; distanceM: number }) | undefined
    for (const dLat of [-1e-3, 0, 1e-3])
      for (const dLon of [-1e-3, 0, 1e-3])
        for (const fix of this.#squares.get(squareOf(lat + dLat, lon + dLon)) ?? []) {
          const distanceM = flatM(lat, lon, fix.lat, fix.lon)
          if (distanceM > reachM) continue
          const better =
            !best || (best.poor && !fix.poor) || (best.poor === fix.poor && best.timeMs < fix.timeMs)
          if (better) best = { ...fix, distanceM }
        }
    return best
  }

  devicesIn(codes: readonly string[], gridAt: (lat: number, lon: number) => string | undefined): string[] {
    const devices = new Set<string>()
    for (const fixes of this.#squares.values())
      for (const { lat, lon, device } of fixes)
        if (!devices.has(device) && codes.includes(gridAt(lat, lon) ?? '')) devices.add(device)
    return [...devices].sort()
  }
}

const squareOf = (lat: number, lon: number): string => `${Math.floor(lat * 1e3)} ${Math.floor(lon * 1e3)}`

export function flatM(latA: number, lonA: number, latB: number, lonB: number): number {
  const metresLat = 111_195
  return Math.hypot((latA - latB) * metresLat, (lonA - lonB) * metresLat * Math.cos((latA * Math.PI) / 180))
}

/** Boxes will do: the fixture's grids are nearly upright. */
export function gridFinder(district: District): (lat: number, lon: number) => string | undefined {
  const boxes = district.grids.features.map((grid) => {
    const ring = (grid.geometry.coordinates as [number, number][][])[0]!
    const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)]
    return {
      code: grid.properties.code,
      west: Math.min(...lons),
      east: Math.max(...lons),
      south: Math.min(...lats),
      north: Math.max(...lats),
    }
  })
  return (lat, lon) =>
    boxes.find(({ west, east, south, north }) => lon >= west && lon < east && lat >= south && lat < north)
      ?.code
}

/** Every edge of the street graph is a part here. */
export function streetParts(district: District) {
  const graph = streetGraph(district)
  const { plane, nodes, edges } = graph
  const counts = new Map<string, number>()
  const names = new Map(district.streets.features.map(({ properties }) => [properties.id, properties]))
  return edges.map((edge) => {
    const number = counts.get(edge.street) ?? 0
    counts.set(edge.street, number + 1)
    const [from, to] = [plane.toWgs84(nodes[edge.from]!), plane.toWgs84(nodes[edge.to]!)]
    const { name, highway } = names.get(edge.street) ?? {}
    return {
      part: `${edge.street}/${number}`,
      street: edge.street,
      ...(name === undefined ? {} : { name }),
      ...(highway === undefined ? {} : { highway }),
      lengthM: edge.lengthM,
      grids: edge.grids,
      from,
      to,
    }
  })
}

type Part = ReturnType<typeof streetParts>[number]

function partCoverage(part: Part, seen: SeenPlaces): StreetPartCoverage {
  const { from, to, lengthM, grids: _, ...named } = part
  const steps = Math.max(1, Math.round(lengthM / STEP_M))
  const missing: [number, number][] = []
  const uncertain: [number, number][] = []
  let [coveredM, cannotTellM, lastMs, times] = [0, 0, 0, 0]
  for (let step = 0; step < steps; step++) {
    const share = (step + 0.5) / steps
    const there = seen.lastNear(
      from.lat + (to.lat - from.lat) * share,
      from.lon + (to.lon - from.lon) * share,
      SIGHT_M,
    )
    const stretch: [number, number] = [(step / steps) * lengthM, ((step + 1) / steps) * lengthM]
    if (there && !there.poor) {
      coveredM += lengthM / steps
      lastMs = Math.max(lastMs, there.timeMs)
      times++
    } else if (there) {
      cannotTellM += lengthM / steps
      join(uncertain, stretch)
    } else join(missing, stretch)
  }
  return {
    ...named,
    lengthM,
    coveredM,
    cannotTellM,
    passes: times > steps / 2 ? 1 : 0,
    missing,
    uncertain,
    ...(lastMs > 0 ? { lastSeen: new Date(lastMs).toISOString() } : {}),
    line: [from.lon, from.lat, to.lon, to.lat],
  }
}

function join(stretches: [number, number][], [from, to]: [number, number]): void {
  const last = stretches.at(-1)
  if (last && Math.abs(last[1] - from) < 1e-6) last[1] = to
  else stretches.push([from, to])
}

export class FixtureCoverage {
  readonly #parts: Part[]
  readonly #gridAt: (lat: number, lon: number) => string | undefined
  readonly #district: District
  readonly #rides: () => Ride[]
  readonly #kept = new Map<string, unknown>()

  constructor(district: District, rides: () => Ride[]) {
    this.#district = district
    this.#rides = rides
    this.#parts = streetParts(district)
    this.#gridAt = gridFinder(district)
  }

  /** Undefined where the grid is not known, or not a unit grid for what only those have. */
  answer(policy: CoveragePolicy, asked: Asked): unknown {
    return this.#once(`${policy} ${asked.grid} ${asked.from} ${asked.to}`, () => {
      const grid = this.#unitGrids(asked.grid).find(({ properties }) => properties.code === asked.grid)
      if (!grid) return undefined
      if (policy === 'area') return coverageOf(grid, this.#rides(), asked.from, asked.to)
      if (policy === 'road') return this.road(asked)
      return policy === 'components' ? this.#components(asked) : this.#visits(asked)
    })
  }

  road(asked: Asked): z.output<typeof RoadCoverage> {
    const seen = new SeenPlaces(this.#rides(), asked)
    const parts = this.#parts
      .filter(({ grids }) => grids.includes(asked.grid))
      .map((part) => partCoverage(part, seen))
      .sort((a, b) => a.coveredM / a.lengthM - b.coveredM / b.lengthM)
    const sum = (of: (part: StreetPartCoverage) => number) => parts.reduce((all, part) => all + of(part), 0)
    const [lengthM, coveredM, cannotTellM] = [
      sum((part) => part.lengthM),
      sum((part) => part.coveredM),
      sum((part) => part.cannotTellM),
    ]
    const figures = { lengthM, coveredM, cannotTellM, parts }
    return RoadCoverage.parse({
      ...this.#head('road', asked, seen, coveredM, cannotTellM, lengthM),
      ...figures,
    })
  }

  #components(asked: Asked): z.output<typeof ComponentCoverage> {
    const seen = new SeenPlaces(this.#rides(), asked)
    const list = this.#district.components.features
      .filter(({ properties }) => properties.grid === asked.grid)
      .map(({ properties: { code, name }, geometry }) => {
        const [lon, lat] = geometry.coordinates as [number, number]
        const there = seen.lastNear(lat, lon, PASS_M)
        const known = there && {
          distanceM: there.distanceM,
          speedMps: 4.2,
          device: there.device,
          lastSeen: new Date(there.timeMs).toISOString(),
        }
        const state = !there ? 'missed' : there.poor ? 'cannot-tell' : 'passed'
        return { code, name, lat, lon, state, ...(there && !there.poor ? known : {}) }
      })
    const count = (state: string) => list.filter((one) => one.state === state).length
    const [passed, unsure] = [count('passed'), count('cannot-tell')]
    return ComponentCoverage.parse({
      ...this.#head('components', asked, seen, passed, unsure, list.length),
      components: list.length,
      passed,
      cannotTellComponents: unsure,
      list,
    })
  }

  #visits(asked: Asked): z.output<typeof VisitCoverage> {
    const seen = new SeenPlaces(this.#rides(), asked)
    const list = this.road(asked).parts!.map(({ part, name, passes }, place) => ({
      what: 'street-part' as const,
      id: part,
      ...(name === undefined ? {} : { name }),
      class: place % 5 === 0 ? 'key' : 'ordinary',
      asked: place % 5 === 0 ? 2 : 1,
      visits: passes,
      ...(place % 5 === 0 ? { inHours: { asked: 1, visits: passes } } : {}),
    }))
    const wanted = list.reduce((sum, one) => sum + one.asked, 0)
    const made = list.reduce((sum, one) => sum + Math.min(one.asked, one.visits), 0)
    return VisitCoverage.parse({
      ...this.#head('visits', asked, seen, made, 0, wanted),
      asked: wanted,
      made,
      list,
    })
  }

  rollUp(policy: CoveragePolicy, asked: Asked): z.output<typeof CoverageRollUp> | undefined {
    return this.#once(`roll-up ${policy} ${asked.grid} ${asked.from} ${asked.to}`, () => {
      const units = this.#unitGrids(asked.grid)
      if (units.length === 0) return undefined
      const level = levelOf(asked.grid)
      const digits = { district: 9, street: 12, community: 15, unit: 15 }[level]
      const below = [...new Set(units.map(({ properties }) => properties.code.slice(0, digits)))]
      return CoverageRollUp.parse({
        ...this.#summed(policy, asked, asked.grid),
        from: asked.from,
        to: asked.to,
        policy: policyOf(policy),
        children: level === 'unit' ? [] : below.map((code) => this.#summed(policy, asked, code)),
      })
    })
  }

  #summed(policy: CoveragePolicy, asked: Asked, code: string) {
    let [all, done, unsure] = [0, 0, 0]
    const units = this.#unitGrids(code)
    for (const { properties } of units) {
      const answer = this.answer(policy, { ...asked, grid: properties.code }) as Record<string, number>
      const of = { area: 'insideCells', road: 'lengthM', components: 'components', visits: 'asked' }[policy]
      all += answer[of]!
      done += answer.coverage! * answer[of]!
      unsure += answer.cannotTell! * answer[of]!
    }
    const level = levelOf(code)
    const name = {
      district: '示范区',
      street: `${code.slice(-3)} 街道`,
      community: units[0]!.properties.name.split(' · ')[1],
      unit: units[0]!.properties.name,
    }[level]
    return {
      grid: code,
      level,
      coverage: shareOf(done, all),
      cannotTell: shareOf(unsure, all),
      of: all,
      ...(name === undefined ? {} : { name }),
    }
  }

  #unitGrids(code: string): GridFeature[] {
    return this.#district.grids.features.filter(({ properties }) => properties.code.startsWith(code))
  }

  #head(policy: CoveragePolicy, asked: Asked, seen: SeenPlaces, done: number, unsure: number, all: number) {
    return {
      ...asked,
      level: 'unit' as const,
      policy: policyOf(policy),
      coverage: shareOf(done, all),
      cannotTell: shareOf(unsure, all),
      devices: seen.devicesIn([asked.grid], this.#gridAt),
    }
  }

  /** Answers of a past range do not change while a test runs. */
  #once<Answer>(key: string, make: () => Answer): Answer {
    if (!this.#kept.has(key)) this.#kept.set(key, make())
    return this.#kept.get(key) as Answer
  }
}

/** Sums of parts may come out a hair above their whole. */
const shareOf = (part: number, all: number): number => (all > 0 ? Math.min(1, part / all) : 0)

const levelOf = (code: string): (typeof GRID_LEVELS)[number] =>
  code.length <= 6 ? 'district' : code.length <= 9 ? 'street' : code.length <= 12 ? 'community' : 'unit'
