import type { District } from '../../proto/district.ts'
import { EbikeRide, type EbikeRideOptions } from './ebike-ride.ts'

export interface FleetOptions
  extends Pick<
    EbikeRideOptions,
    'seed' | 'district' | 'startMs' | 'noise' | 'receiver' | 'mishaps' | 'surroundings' | 'others'
  > {
  /** How many. */
  ebikes: number
}

/**
 * The e-bikes of a district, `ebike-01` and so on, each with a beat of its own.
 * @throws RangeError when the district has no grids or no streets in them.
 */
export function makeFleet({ ebikes, ...ride }: FleetOptions): EbikeRide[] {
  return allotBeats(ride.district, ebikes).map(
    (beat, index) => new EbikeRide({ ...ride, id: `ebike-${String(index + 1).padStart(2, '0')}`, beat }),
  )
}

const MAX_GRIDS = 4

/**
 * Shares the grids of a district out to e-bikes: each gets a beat (责任区) of 1 to 4 grids that follow each other
 * in the district's list. With too few e-bikes some grids stay without, with too many several share one.
 * @returns grid codes, one list an e-bike.
 */
export function allotBeats(district: District, ebikes: number): string[][] {
  const codes = district.grids.features.map((grid) => grid.properties.code)
  if (codes.length === 0) throw new RangeError('beats: the district has no grids; expected at least one')
  return Array.from({ length: ebikes }, (_, index) => {
    if (ebikes >= codes.length) return [codes[index % codes.length]!]
    const from = Math.round((index * codes.length) / ebikes)
    const to = Math.round(((index + 1) * codes.length) / ebikes)
    return codes.slice(from, Math.min(to, from + MAX_GRIDS))
  })
}
