import type { PatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import type { ComponentFeature, GridFeature, StreetFeature } from '../../../../proto/district.ts'
import { boxOfPlaces } from '../grids/grid-outline.ts'
import { UnitGrids } from '../grids/unit-grids.ts'
import { buildNetwork } from '../streets/build-network.ts'
import type { StreetNetwork, StreetPart } from '../streets/street-network.ts'
import { GridComponents } from './grid-components.ts'
import { PlaceIndex } from './place-index.ts'
import { RoadGrid } from './road-steps.ts'

/**
 * What is patrolled: the district's grids, streets and components, each made ready once for all who ask. In: the
 * registers; out: networks and indexes. Nothing fails: a grid or a street that is not in the registers is not there.
 */
export class PatrolGround extends UnitGrids {
  readonly rules: PatrolRules
  readonly #streets: readonly StreetFeature[]
  readonly #components: readonly ComponentFeature[]
  readonly #roads = new Map<string, RoadGrid>()
  readonly #componentsOf = new Map<string, GridComponents>()
  #byGrid: Map<string, ComponentFeature[]> | undefined
  #network: StreetNetwork | undefined
  #patrolled: StreetPart[] | undefined
  /** By the number of the grid. */
  #patrolledIn: StreetPart[][] | undefined
  #places: { index: PlaceIndex; codes: string[] } | undefined

  constructor(
    district: {
      grids: readonly GridFeature[]
      streets: readonly StreetFeature[]
      components: readonly ComponentFeature[]
    },
    rules: PatrolRules,
  ) {
    super(district.grids)
    this.#streets = district.streets
    this.#components = district.components
    this.rules = rules
  }

  network(): StreetNetwork {
    this.#network ??= buildNetwork(this.#streets)
    return this.#network
  }

  /** Parts of the network, but for streets of classes that nobody patrols. */
  patrolledParts(): readonly StreetPart[] {
    this.#patrolled ??= this.network().parts.filter((part) => this.rules.isPatrolled(part))
    return this.#patrolled
  }

  /** The patrolled streets of a grid. */
  road(grid: GridFeature): RoadGrid {
    const { code } = grid.properties
    const known = this.#roads.get(code)
    if (known) return known
    this.#patrolledIn ??= this.#partsByGrid()
    const road = new RoadGrid(this.#patrolledIn[this.grids.indexOf(grid)] ?? this.patrolledParts(), grid)
    this.#roads.set(code, road)
    return road
  }

  /** Those of which some may lie in each grid, in order of the network. */
  #partsByGrid(): StreetPart[][] {
    const locator = this.locator()
    const parts: StreetPart[][] = this.grids.map(() => [])
    for (const part of this.patrolledParts())
      for (const grid of locator.touching(boxOfPlaces(part.lat, part.lon))) parts[grid]!.push(part)
    return parts
  }

  components(grid: GridFeature): GridComponents {
    const { code } = grid.properties
    const known = this.#componentsOf.get(code)
    if (known) return known
    const components = new GridComponents(grid, this.componentsIn(code))
    this.#componentsOf.set(code, components)
    return components
  }

  componentsIn(gridCode: string): readonly ComponentFeature[] {
    this.#byGrid ??= Map.groupBy(this.#components, ({ properties }) => properties.grid)
    return this.#byGrid.get(gridCode) ?? []
  }

  /** All components by place; the numbers of the index are those of `codes`. */
  places(): { index: PlaceIndex; codes: string[] } {
    const axis = (of: 0 | 1) =>
      Float64Array.from(this.#components, ({ geometry }) => geometry.coordinates[of] as number)
    this.#places ??= {
      index: new PlaceIndex(axis(1), axis(0)),
      codes: this.#components.map(({ properties }) => properties.code),
    }
    return this.#places
  }
}

interface Register<Feature> {
  all(): Iterable<Feature>
  /** Another one whenever something changed. */
  version(): number
}

export interface GroundRegisters {
  grids: Register<GridFeature>
  streets: Register<StreetFeature>
  components: Register<ComponentFeature>
}

/** The ground as it is in the registers now. */
export class PatrolGrounds {
  readonly #registers: GroundRegisters
  readonly #rules: PatrolRules
  #ground: PatrolGround | undefined
  #versions = ''

  constructor(registers: GroundRegisters, rules: PatrolRules) {
    this.#registers = registers
    this.#rules = rules
  }

  /** The same object until the registers have changed. */
  current(): PatrolGround {
    const { grids, streets, components } = this.#registers
    const versions = [grids, streets, components].map((register) => register.version()).join()
    if (this.#ground && versions === this.#versions) return this.#ground
    this.#versions = versions
    this.#ground = new PatrolGround(
      { grids: [...grids.all()], streets: [...streets.all()], components: [...components.all()] },
      this.#rules,
    )
    return this.#ground
  }
}
