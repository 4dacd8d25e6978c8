/**
 * The things that gateway and hub speak of. Units stand in the names; coordinates are WGS-84 degrees;
 * times are Unix milliseconds, UTC. A value that is not known is absent, never 0.
 */

/** How a position was found; the order is that of NMEA 0183 GGA field 6 (1 = gps). */
export const QUALITIES = [
  'none',
  'gps',
  'dgps',
  'pps',
  'rtk',
  'float-rtk',
  'estimated',
  'manual',
  'simulated',
] as const
export type Quality = Exclude<(typeof QUALITIES)[number], 'none'>

/** A position fix (定位点): what a receiver said of one epoch. */
export interface Fix {
  timeMs: number
  lat: number
  lon: number
  altM?: number
  speedMps?: number
  courseDeg?: number
  hdop?: number
  satellites?: number
  quality?: Quality
  /** One sigma, horizontal. */
  accuracyM?: number
}

/** One measurement at a component: `metric` names quantity and unit (`tilt_deg`). */
export interface Reading {
  component: string
  metric: string
  timeMs: number
  value: number
}

/**
 * Where the time of a record came from. `estimated`: it was not known when the record was made; stamped later
 * as the latest time possible.
 */
export type TimeSource = 'gps' | 'system' | 'estimated'

export interface Position {
  lat: number
  lon: number
  /** `survey`: the component's surveyed place; `fix`: the gateway's last good fix; `hand`: pointed at on a map. */
  source: 'survey' | 'fix' | 'hand'
}

/** Why a case was raised or cleared: what was measured and by which rule. */
export interface Evidence {
  metric: string
  /** Name and version: `cover_tilted/1`. */
  rule: string
  raise: number
  clear: number
  holdMs: number
  samples: { timeMs: number; value: number }[]
  /** How often the threshold was crossed without being held since the last report. */
  suppressed: number
  /** Other quantities that the verdict rests on, by name with unit; `flaps` is how often it was raised of late. */
  context?: Record<string, number>
  /** Which sensor, port or component it was, where the fault watches several. */
  subject?: string
}

/** What a person reported by hand (人工上报), where no sensor did. */
export interface ManualReport {
  /** At most {@link MAX_NOTE_LENGTH} characters, lines parted by a line feed; may be empty. */
  note: string
  /** How many photos belong to it, at most {@link MAX_PHOTOS}; each follows in parts. */
  photos: number
  /** Who reported it, as the terminal is set up. */
  by?: string
}

export const MAX_NOTE_LENGTH = 500
export const MAX_PHOTOS = 9

export type CaseEvent = 'raised' | 'updated' | 'cleared'

/**
 * A fault at a component, as the gateway that found it reports it (采集上报), or a problem that a person
 * reported. Exactly one of `evidence` and `manual` is there.
 */
export interface CaseReport {
  caseId: string
  event: CaseEvent
  /** Counts the reports of one case from 1; a later report replaces an earlier one. */
  revision: number
  /** 16-digit component code (部件编码); absent only with `manual`: an event (事件) is at no component. */
  component?: string
  /** Fault kind of the catalogue; with `manual`, one of its problem kinds. */
  fault: string
  /** Which occurrence of this fault at this component, from 1. */
  episode: number
  timeMs: number
  raisedMs: number
  timeSource: TimeSource
  position?: Position
  evidence?: Evidence
  manual?: ManualReport
}

export const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const
export type PhotoType = (typeof PHOTO_TYPES)[number]

/** A piece of a photo of a case; the photo is whole when all its parts are there. */
export interface PhotoPart {
  caseId: string
  /** Which photo of the case, from 1. */
  photo: number
  /** From 1 to `parts`. */
  part: number
  /** At most {@link MAX_PHOTO_PARTS}. */
  parts: number
  mediaType: PhotoType
  /** 1 to {@link MAX_PHOTO_PART_BYTES}. */
  bytes: Uint8Array
}

export const MAX_PHOTO_PARTS = 64
export const MAX_PHOTO_PART_BYTES = 48 * 1024

export const PORT_STATES = [
  'open',
  'opening',
  'silent',
  'baud',
  'busy',
  'missing',
  'denied',
  'failed',
] as const
export type PortStateName = (typeof PORT_STATES)[number]

export interface PortState {
  name: string
  path: string
  state: PortStateName
  detail?: string
  counters: Record<string, number>
  /** What a receiver hears of each satellite system. */
  satellites?: SatelliteCount[]
  /** Whose fixes come over this port, where it is not the gateway itself. */
  device?: string
}

/** Satellites of one system (GPS, BeiDou …) as a receiver counts them. */
export interface SatelliteCount {
  system: string
  inView?: number
  used?: number
}

/** How a gateway is. */
export interface Health {
  timeMs: number
  timeSource: TimeSource
  uptimeS: number
  version: string
  memoryBytes: number
  ports: PortState[]
  outbox: { records: number; bytes: number; dropped: Record<string, number> }
  link?: LinkState
  storage?: StorageState
}

/** How a gateway reaches the broker; counted since its process started where nothing else is said. */
export interface LinkState {
  /** Connections that broke. */
  breaks: number
  connectedS: number
  /** Median of the last records, from sending to the broker's acknowledgement. */
  acknowledgedMs?: number
  /** Median of the last records, from sending to the hub's receipt. */
  receiptedMs?: number
  /** Both directions today (UTC+8), framing of MQTT, TLS and TCP/IP included. */
  dataBytes: number
  /** What a day may take; absent: no budget. */
  budgetBytes?: number
  /** 0: everything is sent as it is; higher: track detail is thinned. */
  thinning: number
  /** Fixes left out of tracks to keep the budget or the outbox's size, since the outbox file was made. */
  thinnedFixes: number
}

export const STORAGE_STATES = ['ok', 'full', 'read-only', 'failing'] as const
export type StorageStateName = (typeof STORAGE_STATES)[number]

/** How a gateway's disk is. */
export interface StorageState {
  state: StorageStateName
  detail?: string
  /** Records that wait in memory alone, because the disk does not take them. */
  inMemory: number
  /** Outbox files that could not be read and were set aside, since the data folder was made. */
  setAside: number
}

export interface FixBatch {
  /** `gps`: the receiver's own time; of several, the least sure one. Absent: an older gateway does not say. */
  timeSource?: TimeSource
  /** The gateway itself unless named. */
  device?: string
  fixes: Fix[]
}

export interface ReadingBatch {
  /** Absent: an older gateway does not say. */
  timeSource?: TimeSource
  readings: Reading[]
}

/** Lanes in the order in which they are sent. */
export const LANES = ['case', 'health', 'fix', 'reading', 'photo'] as const
export type Lane = (typeof LANES)[number]

/** What an envelope carries; the lane says which. */
export type Body =
  | { lane: 'case'; report: CaseReport }
  | { lane: 'health'; health: Health }
  | { lane: 'fix'; batch: FixBatch }
  | { lane: 'reading'; batch: ReadingBatch }
  | { lane: 'photo'; part: PhotoPart }

/** (gateway, boot, sequence) names a record for ever: it may arrive twice and is kept once. */
export interface RecordName {
  gateway: string
  /** 12 hex digits, drawn at each start of the gateway process. */
  boot: string
  sequence: number
}

export interface Receipt {
  boot: string
  sequences: number[]
}

export interface Presence {
  online: boolean
  boot: string
  timeMs: number
  version: string
}

/**
 * Gateways and devices: letters, digits, `_`, `-`; safe in topics, paths, line protocol and HTML. None begins with `_`,
 * which makes `__proto__` no name.
 */
export const ID_PATTERN = /^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$/
export const ID_FORM = '1 to 64 letters, digits, _ or -, no _ first'
/** Component code: 6 admin division + 10 digits of class, kind and serial (either profile). */
export const COMPONENT_PATTERN = /^\d{16}$/
/** Case id as gateways make it: 9 base-32 digits of the raise time, `-`, 10 of a hash. */
export const CASE_ID_PATTERN = /^[0-9a-z]{9}-[0-9a-z]{10}$/
