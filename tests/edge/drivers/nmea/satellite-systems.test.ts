import { describe, expect, it } from 'vitest'
import {
  MIXED,
  SATELLITE_SYSTEMS,
  type SatelliteSystem,
  satelliteOf,
} from '../../../../gateway/edge/drivers/nmea/satellite-systems.ts'

/** System ids of NMEA 0183 4.11. */
const [GPS, GLONASS, GALILEO, BEIDOU, QZSS, NAVIC] = [1, 2, 3, 4, 5, 6]

const CASES: [id: number, number: number, system: SatelliteSystem | undefined, own?: number][] = [
  [MIXED, 1, 'gps', 1],
  [MIXED, 32, 'gps', 32],
  [MIXED, 33, 'sbas', 1],
  [MIXED, 64, 'sbas', 32],
  [MIXED, 65, 'glonass', 1],
  [MIXED, 96, 'glonass', 32],
  [MIXED, 97, undefined],
  [MIXED, 120, 'sbas', 1],
  [MIXED, 158, 'sbas', 39],
  [MIXED, 173, undefined],
  [MIXED, 193, 'qzss', 1],
  [MIXED, 200, 'qzss', 8],
  [MIXED, 201, 'beidou', 1],
  [MIXED, 235, 'beidou', 35],
  [MIXED, 301, 'galileo', 1],
  [MIXED, 336, 'galileo', 36],
  [MIXED, 401, 'beidou', 1],
  [MIXED, 437, 'beidou', 37],
  [MIXED, 999, undefined],
  [GPS!, 32, 'gps', 32],
  [GPS!, 46, 'sbas', 14],
  [GPS!, 133, 'sbas', 14],
  [GPS!, 194, 'qzss', 2],
  [GLONASS!, 65, 'glonass', 1],
  [GLONASS!, 1, 'glonass', 1],
  [GLONASS!, 33, 'sbas', 1],
  [GALILEO!, 36, 'galileo', 36],
  [GALILEO!, 102, 'galileo', 2],
  [GALILEO!, 136, 'galileo', 36],
  [GALILEO!, 302, 'galileo', 2],
  [BEIDOU!, 63, 'beidou', 63],
  [BEIDOU!, 214, 'beidou', 14],
  [BEIDOU!, 414, 'beidou', 14],
  [QZSS!, 2, 'qzss', 2],
  [QZSS!, 194, 'qzss', 2],
  [QZSS!, 202, 'qzss', 10],
  [NAVIC!, 7, 'navic', 7],
]

describe('satellite numbers', () => {
  it.each(CASES)('system %i, number %i: %s %s', (id, number, system, own) => {
    expect(satelliteOf(id, number)).toEqual(system && { system, number: own })
  })

  it('ids are the places of their systems', () => {
    const ofTheirOwn = [GPS, GLONASS, GALILEO, BEIDOU, QZSS, NAVIC].map((id) => satelliteOf(id!, 1)!.system)
    expect(ofTheirOwn).toEqual(SATELLITE_SYSTEMS.slice(0, 6))
  })
})
