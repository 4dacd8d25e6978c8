import type { PatrolGround } from './coverage/patrol-ground.ts'

/** A street this near names a place. */
const STREET_WITHIN_M = 60

/** What people call a place: the nearest street that has a name, else the unit grid; undefined: neither is there. */
export function placeNamer(ground: () => PatrolGround): (lat: number, lon: number) => string | undefined {
  return (lat, lon) => {
    const { grids, ...now } = withIndexes(ground())
    for (const { part } of now.network.near(lat, lon, STREET_WITHIN_M)) {
      const { name } = now.network.parts[part]!
      if (name !== undefined) return name
    }
    let grid: string | undefined
    now.locator.at(lat, lon, (number) => {
      grid ??= grids[number]!.properties.name
    })
    return grid
  }
}

const withIndexes = (ground: PatrolGround) => ({
  grids: ground.grids,
  network: ground.network(),
  locator: ground.locator(),
})
