import { encodeBody } from '../../proto/codec/codec.ts'
import { FixBatchType } from '../../proto/codec/schema.ts'
import type { Fix } from '../../proto/domain.ts'
import { generateDistrict } from '../city/district.ts'
import { makeFleet } from '../ebike/fleet.ts'
import { Random } from '../random.ts'
import type { FixChecksum } from './fix-checksum.ts'

/**
 * Rides in a district, made and encoded once and shifted in time for each gateway that rides one: making data must
 * not take the processor from those who carry it. One fix a second.
 */

/** A piece of a ride, as the wire has it but for its time. */
interface Piece {
  message: Record<string, unknown>
  latE7: Int32Array
  lonE7: Int32Array
}

const RIDES = 8
const RIDE_S = 600
/** What a receiver adds to the true place, degrees: some 2 m. */
const NOISE_DEG = 0.00002

export class RidePool {
  readonly fixesABatch: number
  readonly #rides: Piece[][]

  /** @param fixesABatch 1 to 600. */
  constructor(seed: number, fixesABatch: number) {
    this.fixesABatch = fixesABatch
    const fleet = makeFleet({ seed, district: generateDistrict(seed), ebikes: RIDES, startMs: 0 })
    this.#rides = fleet.map((ride) => {
      const random = new Random(seed, `load/${ride.id}`)
      const fixes = Array.from({ length: RIDE_S }, () => fixOf(ride.next().truth, random))
      const pieces = Math.floor(RIDE_S / fixesABatch)
      return Array.from({ length: pieces }, (_, i) =>
        pieceOf(fixes.slice(i * fixesABatch, (i + 1) * fixesABatch)),
      )
    })
  }

  get rides(): number {
    return this.#rides.length
  }

  /**
   * Piece `index` of a ride, which begins again at its end, as the body of a record.
   * @param startMs its first fix, Unix ms; the others follow a second apart.
   * @param checksum gets its fixes.
   */
  batch(ride: number, index: number, startMs: number, checksum: FixChecksum): Uint8Array {
    const pieces = this.#rides[ride]!
    const { message, latE7, lonE7 } = pieces[index % pieces.length]!
    for (let i = 0; i < latE7.length; i++) checksum.add(startMs + i * 1000, latE7[i]!, lonE7[i]!)
    return FixBatchType.encode({ ...message, startMs }).finish()
  }
}

function pieceOf(fixes: Fix[]): Piece {
  const body = encodeBody({ lane: 'fix', batch: { fixes } })
  return {
    message: FixBatchType.toObject(FixBatchType.decode(body)),
    latE7: Int32Array.from(fixes, ({ lat }) => Math.round(lat * 1e7)),
    lonE7: Int32Array.from(fixes, ({ lon }) => Math.round(lon * 1e7)),
  }
}

function fixOf(
  truth: { timeMs: number; lat: number; lon: number; speedMps: number; courseDeg: number },
  random: Random,
): Fix {
  return {
    timeMs: truth.timeMs,
    lat: truth.lat + random.gauss() * NOISE_DEG,
    lon: truth.lon + random.gauss() * NOISE_DEG,
    altM: 4 + random.gauss(),
    speedMps: truth.speedMps,
    courseDeg: truth.courseDeg,
    hdop: 0.8 + random.integer(0, 4) / 10,
    satellites: random.integer(9, 16),
    quality: 'gps',
  }
}
