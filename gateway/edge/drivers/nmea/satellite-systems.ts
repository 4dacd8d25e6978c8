/**
 * Which system a satellite is of, by its number in GSV and GSA. Each system numbers from 1 under its own talker or
 * system id. GPS shares its range with others, and so do talker `GN` and receivers that know one talker only. Sources:
 * NMEA 0183 4.11, GSA and GSV (GPS 1–32, SBAS 33–64, GLONASS 65–96; system ids); u-blox M8 and F9 protocol
 * specifications, "Satellite numbering" (SBAS 152–158, QZSS 193–202, Galileo 301–336, BeiDou 401–437); seen in logs of
 * SkyTraq, SiRF and Quectel: BeiDou 201–264, Galileo 101–136 under `GA`, SBAS by its own number, 120–158.
 */

/** In the order of the system ids of NMEA 0183 4.11, 1 GPS … 6 NavIC; SBAS has none of its own. */
export const SATELLITE_SYSTEMS = ['gps', 'glonass', 'galileo', 'beidou', 'qzss', 'navic', 'sbas'] as const
export type SatelliteSystem = (typeof SATELLITE_SYSTEMS)[number]

/** System id 0: not said, or a talker of several systems. */
export const MIXED = 0
/** The satellites `first` … `last` are those from number 1 on. */
type Range = [system: SatelliteSystem, first: number, last: number]

/** 201 and 202 are QZSS, too, with u-blox: of the two, BeiDou's are the ones above the horizon. */
const MIXED_RANGES: Range[] = [
  ['gps', 1, 32],
  ['sbas', 33, 64],
  ['glonass', 65, 96],
  ['sbas', 120, 158],
  ['qzss', 193, 200],
  ['beidou', 201, 264],
  ['galileo', 301, 364],
  ['beidou', 401, 464],
]

/** By system id, where they differ from the mixed ones. */
const OWN_RANGES: Range[][] = [
  [],
  [],
  [['glonass', 1, 32]],
  [
    ['galileo', 1, 64],
    ['galileo', 101, 164],
  ],
  [['beidou', 1, 64]],
  [
    ['qzss', 1, 10],
    ['qzss', 193, 202],
  ],
  [['navic', 1, 15]],
]

/** By its own system, `number` counts from 1; undefined where no system has the number. `systemId` may be MIXED. */
export function satelliteOf(
  systemId: number,
  number: number,
): { system: SatelliteSystem; number: number } | undefined {
  const isWithin = ([, first, last]: Range): boolean => number >= first && number <= last
  const range = OWN_RANGES[systemId]!.find(isWithin) ?? MIXED_RANGES.find(isWithin)
  return range && { system: range[0], number: number - range[1] + 1 }
}
