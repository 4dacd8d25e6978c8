import { offLineM, pointsOf } from './street-parts.ts'

/** The nearest of several lines (longitude and latitude by turns) to a place; undefined where none is within reach. */
export function nearestLine<Item extends { line: readonly number[] }>(
  items: readonly Item[],
  lon: number,
  lat: number,
  reachM: number,
): Item | undefined {
  let [nearest, nearestM]: [Item | undefined, number] = [undefined, reachM]
  for (const item of items) {
    const offM = offLineM(pointsOf(item.line), lon, lat)
    if (offM <= nearestM) [nearest, nearestM] = [item, offM]
  }
  return nearest
}
