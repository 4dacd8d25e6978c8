import type { StreetPart } from './street-network.ts'

/** The place so many metres along a part; its beginning or end where that lies beyond. */
export function placeAlong(part: StreetPart, alongM: number): { lat: number; lon: number } {
  const { alongM: along, lat, lon } = part
  const after = firstBeyond(part, alongM)
  const a = after - 1
  const share = Math.min(1, Math.max(0, (alongM - along[a]!) / (along[after]! - along[a]!)))
  return { lat: lat[a]! + share * (lat[after]! - lat[a]!), lon: lon[a]! + share * (lon[after]! - lon[a]!) }
}

/** The line from one place of a part to another, in that direction: longitude and latitude as GeoJSON has them. */
export function lineBetween(part: StreetPart, fromM: number, toM: number): [lon: number, lat: number][] {
  const [startM, endM] = fromM <= toM ? [fromM, toM] : [toM, fromM]
  const line: [number, number][] = []
  const put = ({ lat, lon }: { lat: number; lon: number }) => line.push([lon, lat])
  put(placeAlong(part, startM))
  for (let i = 0; i < part.alongM.length; i++)
    if (part.alongM[i]! > startM && part.alongM[i]! < endM) put({ lat: part.lat[i]!, lon: part.lon[i]! })
  put(placeAlong(part, endM))
  return fromM <= toM ? line : line.reverse()
}

/** Index of the first of a part's points, but not of its beginning, that is not before the place. */
function firstBeyond({ alongM: along }: StreetPart, alongM: number): number {
  let low = 1
  let high = along.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (along[middle]! < alongM) low = middle + 1
    else high = middle
  }
  return low
}
