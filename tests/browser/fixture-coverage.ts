import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import type { GridFeature } from '../../proto/district.ts'
import type { FixJson } from '../../proto/http.ts'
import type { AreaCoverage } from '../../proto/patrol-http.ts'
import type { Ride } from './fixture-rides.ts'

/** Area coverage of the fixture: simple and slow, for a handful of cells. */

const CELL_M = 10
const SIGHT_M = 15
const POOR_M = 30
const METRES_A_DEGREE = 111_320

export function coverageOf(
  grid: GridFeature,
  rides: readonly Ride[],
  from: string,
  to: string,
): AreaCoverage & Required<Pick<AreaCoverage, 'cells'>> {
  const ring = (grid.geometry.coordinates as [number, number][][])[0]!
  const [west, south] = [Math.min(...ring.map(([lon]) => lon)), Math.min(...ring.map(([, lat]) => lat))]
  const [east, north] = [Math.max(...ring.map(([lon]) => lon)), Math.max(...ring.map(([, lat]) => lat))]
  const cellLatDeg = CELL_M / METRES_A_DEGREE
  const cellLonDeg = cellLatDeg / Math.cos((south * Math.PI) / 180)
  const columns = Math.ceil((east - west) / cellLonDeg)
  const rows = Math.ceil((north - south) / cellLatDeg)
  const good = new Set<number>()
  const poor = new Set<number>()
  const devices = new Set<string>()
  const reach = Math.ceil(SIGHT_M / CELL_M)
  const mark = (fix: FixJson) => {
    const x = (fix.lon - west) / cellLonDeg
    const y = (fix.lat - south) / cellLatDeg
    for (let row = Math.floor(y) - reach; row <= y + reach; row++)
      for (let column = Math.floor(x) - reach; column <= x + reach; column++)
        if (
          column >= 0 &&
          column < columns &&
          row >= 0 &&
          row < rows &&
          Math.hypot(column + 0.5 - x, row + 0.5 - y) * CELL_M <= SIGHT_M
        )
          ((fix.accuracyM ?? 0) > POOR_M ? poor : good).add(row * columns + column)
  }
  for (const { device, fixes } of rides)
    for (const fix of fixes) {
      const near =
        fix.lon > west - 3e-4 && fix.lon < east + 3e-4 && fix.lat > south - 3e-4 && fix.lat < north + 3e-4
      if (fix.time < from || fix.time >= to || !near) continue
      mark(fix)
      if (booleanPointInPolygon([fix.lon, fix.lat], grid as never)) devices.add(device)
    }
  const cells = {
    inside: bits(columns * rows),
    covered: bits(columns * rows),
    cannotTell: bits(columns * rows),
  }
  let [insideCells, coveredCells, cannotTellCells] = [0, 0, 0]
  for (let cell = 0; cell < columns * rows; cell++) {
    const lon = west + ((cell % columns) + 0.5) * cellLonDeg
    const lat = south + (Math.floor(cell / columns) + 0.5) * cellLatDeg
    if (!booleanPointInPolygon([lon, lat], grid as never)) continue
    insideCells++
    set(cells.inside, cell)
    if (good.has(cell)) {
      coveredCells++
      set(cells.covered, cell)
    } else if (poor.has(cell)) {
      cannotTellCells++
      set(cells.cannotTell, cell)
    }
  }
  const base64 = (bitmap: Uint8Array) => Buffer.from(bitmap).toString('base64')
  return {
    grid: grid.properties.code,
    level: 'unit',
    from,
    to,
    policy: {
      id: 'area',
      version: 99,
      text: 'Area coverage: share of the cells of 10 m whose centre is within 15 m of a good fix. Cells that only fixes worse than 30 m came to count as “cannot tell”.',
      textZh:
        '面积覆盖：网格内 10 米见方的格子中，中心距良好定位点不超过 15 米者所占的比例。只有误差大于 30 米的定位到过的格子算作“无法判断”。',
    },
    coverage: coveredCells / insideCells,
    cannotTell: cannotTellCells / insideCells,
    insideCells,
    coveredCells,
    cannotTellCells,
    devices: [...devices],
    cells: {
      sizeM: CELL_M,
      columns,
      rows,
      west,
      south,
      cellLonDeg,
      cellLatDeg,
      inside: base64(cells.inside),
      covered: base64(cells.covered),
      cannotTell: base64(cells.cannotTell),
    },
  }
}

const bits = (count: number) => new Uint8Array(Math.ceil(count / 8))
const set = (bitmap: Uint8Array, bit: number) => {
  bitmap[bit >> 3]! |= 1 << (bit & 7)
}
