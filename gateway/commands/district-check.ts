import { checkGrids } from '../hub/patrol/grids/grid-overlaps.ts'
import { buildNetwork } from '../hub/patrol/streets/build-network.ts'
import type { RegisterKind, Registers } from '../hub/registers/registers.ts'

/** What a register as a whole amounts to, said after an import: what a map would show at once. */

/** Listed one by one; the rest is counted. */
const MAX_LISTED = 100

export function sayWhatItAmountsTo(registers: Registers, kind: RegisterKind): void {
  if (kind === 'grids') sayHowGridsLie(registers)
  if (kind === 'streets') sayHowStreetsMeet(registers)
}

function sayHowGridsLie(registers: Registers): void {
  const grids = [...registers.grids.all()]
  const { overlaps, holes, squareM } = checkGrids(grids)
  const size = ({ areaM2, ...place }: { areaM2: number; lat: number; lon: number }): string =>
    `${areaM2} m² ${at(place)}`
  list([
    ...overlaps.map((overlap) => `grids ${overlap.grids.join(' and ')} overlap: ${size(overlap)}`),
    ...holes.map((hole) => `amid the grids, of none of them: ${size(hole)}`),
  ])
  const counts = `${overlaps.length} overlaps, ${holes.length} holes`
  console.log(`${grids.length} grids in the register: ${counts} (counted in squares of ${squareM} m)`)
}

function sayHowStreetsMeet(registers: Registers): void {
  const { parts, nodes, problems } = buildNetwork(registers.streets.all())
  list(
    problems.map(({ street, problem, lat, lon }) => {
      const where = lat === undefined || lon === undefined ? '' : ` ${at({ lat, lon })}`
      return `street ${street}: ${problem}${where}`
    }),
  )
  const lengthKm = parts.reduce((sum, { lengthM }) => sum + lengthM, 0) / 1000
  console.log(
    `${registers.streets.count()} streets in the register: ${lengthKm.toFixed(1)} km in ${parts.length} parts between ` +
      `${nodes.length} junctions and ends, ${problems.length} problems`,
  )
}

const at = ({ lat, lon }: { lat: number; lon: number }): string => `at ${lat.toFixed(6)}, ${lon.toFixed(6)}`

function list(problems: string[]): void {
  for (const line of problems.slice(0, MAX_LISTED)) console.error(line)
  if (problems.length > MAX_LISTED) console.error(`and ${problems.length - MAX_LISTED} more`)
}
