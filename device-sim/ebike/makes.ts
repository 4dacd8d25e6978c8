/** The makes of receiver that ride along: what each writes, under which talkers, and which satellites it hears. */

export interface Constellation {
  /** Talker of GSV. */
  talker: string
  /** NMEA 4.11 system id. */
  systemId: number
  firstSatellite: number
  satellites: number
  /** Numbers of satellites besides. */
  others?: readonly number[]
}

/** Talker of RMC … ZDA, then that of BeiDou in GSV where it is another. */
export type MakeName = 'gn-gb' | 'gn-bd' | 'bd' | 'gp' | 'gb'

export interface Make {
  name: MakeName
  /** Talker of RMC, GGA, VTG, ZDA and GSA. */
  talker: string
  constellations: readonly Constellation[]
  /** NMEA 4.11: navigational status in RMC, system id in GSA. */
  nmea411: boolean
  ggaFirst: boolean
  /** How long it goes on by dead reckoning (mode E, quality 6) in a tunnel. */
  deadReckoningS: number
  /** Status of a dead-reckoned position in RMC: the standard wants V, some write A all the same. */
  estimatedStatus: 'A' | 'V'
}

const GPS: Constellation = { talker: 'GP', systemId: 1, firstSatellite: 1, satellites: 10 }
/** With the satellites of QZSS as 193 and up, as receivers before NMEA 4.11 number them. */
const GPS_QZSS: Constellation = { ...GPS, satellites: 12, others: [193, 194, 195, 196] }
const BEIDOU_GB: Constellation = { talker: 'GB', systemId: 4, firstSatellite: 6, satellites: 12 }
const BEIDOU_BD: Constellation = { ...BEIDOU_GB, talker: 'BD' }
/** A receiver of BeiDou alone listens to all that is above the horizon of Shanghai. */
const ALL_BEIDOU = 16

const NO_RECKONING = { deadReckoningS: 0, estimatedStatus: 'V' } as const

export const MAKES: readonly Make[] = [
  {
    name: 'gn-gb',
    talker: 'GN',
    constellations: [GPS, BEIDOU_GB],
    nmea411: true,
    ggaFirst: false,
    deadReckoningS: 12,
    estimatedStatus: 'A',
  },
  {
    name: 'gn-bd',
    talker: 'GN',
    constellations: [GPS, BEIDOU_BD],
    nmea411: false,
    ggaFirst: true,
    ...NO_RECKONING,
  },
  {
    name: 'bd',
    talker: 'BD',
    constellations: [{ ...BEIDOU_BD, satellites: ALL_BEIDOU }],
    nmea411: false,
    ggaFirst: true,
    ...NO_RECKONING,
  },
  {
    name: 'gp',
    talker: 'GP',
    constellations: [GPS_QZSS],
    nmea411: false,
    ggaFirst: false,
    ...NO_RECKONING,
  },
  {
    name: 'gb',
    talker: 'GB',
    constellations: [{ ...BEIDOU_GB, satellites: ALL_BEIDOU }],
    nmea411: true,
    ggaFirst: false,
    deadReckoningS: 5,
    estimatedStatus: 'V',
  },
]

export function makeNamed(name: MakeName): Make {
  return MAKES.find((make) => make.name === name)!
}
