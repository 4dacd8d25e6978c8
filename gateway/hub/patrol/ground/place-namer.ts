import type { PatrolGround } from './patrol-ground.ts'

/** A street this near names a place. */
const STREET_WITHIN_M = 60

/** What people call a place: the nearest street that has a name, else the unit grid; undefined: neither is there. */
export function placeNamer(current: () => PatrolGround): (lat: number, lon: number) => string | undefined {
  return (lat, lon) => {
    const ground = current()
    const network = ground.network()
    for (const { part } of network.near(lat, lon, STREET_WITHIN_M)) {
      const { name } = network.parts[part]!
      if (name !== undefined) return name
    }
    return ground.at(lat, lon)?.properties.name
  }
}
