import { z } from 'zod'
import { Components, Grids, Streets } from './district.ts'
import { CASE_ID_PATTERN, MAX_PHOTOS, PORT_STATES, STORAGE_STATES } from './domain.ts'
import { DeviceId, RangeQuery, Ratio, Time } from './http-values.ts'
import { LiveCoverage } from './patrol-http.ts'

/**
 * What the hub answers under /api/v1: the hub serves by these schemas and the page is typed by them.
 * Times are ISO 8601 in UTC with milliseconds, except in the `columns` of a track (Unix ms). Absent values
 * are left out; in columns they are null.
 */

export { DeviceId, Moment, RangeQuery } from './http-values.ts'

export const CaseId = z.string().regex(CASE_ID_PATTERN, 'expected a case id such as 1k2m3n4p5-0a1b2c3d4e')

export const HttpError = z.object({
  error: z.object({
    /** What went wrong, where, and what was expected. */
    message: z.string(),
    /** What to do about it. */
    hint: z.string().optional(),
  }),
})

export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  uptimeS: z.number(),
  /** A line for each part: broker, intake, track store, ledger. */
  parts: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
})

/** The same fields as `gridpatrol nmea` prints. */
export const FixJson = z.object({
  time: Time,
  lat: z.number(),
  lon: z.number(),
  altM: z.number().optional(),
  speedMps: z.number().optional(),
  courseDeg: z.number().optional(),
  hdop: z.number().optional(),
  satellites: z.number().optional(),
  quality: z.string().optional(),
  accuracyM: z.number().optional(),
})

export const Device = z.object({
  id: DeviceId,
  gateway: DeviceId,
  /** Is its gateway connected now. */
  online: z.boolean(),
  /** The gateway's last message. */
  lastSeen: Time.optional(),
  lastFix: FixJson.optional(),
  /** Keys of what a person should look at on its gateway ({@link ATTENTION_KEYS}); absent: nothing. */
  attention: z.array(z.string()).optional(),
})
export const Devices = z.object({ devices: z.array(Device) })

/** What may want a person at a gateway, the gravest first; the hub may know more of them than a page does. */
export const ATTENTION_KEYS = [
  'silent',
  'disk',
  'records-dropped',
  'outbox-set-aside',
  'port-down',
  'backlog',
  'link-breaks',
  'receipts-slow',
  'track-thinned',
  'data-budget',
  'clock-estimated',
] as const
export type AttentionKey = (typeof ATTENTION_KEYS)[number]

export const Attention = z.object({
  key: z.string().describe(ATTENTION_KEYS.join(', ')),
  /** Which port, with `port-down`. */
  port: z.string().optional(),
  /** The figures behind it, in English. */
  detail: z.string().optional(),
})

const Counts = z.record(z.string(), z.number())

/** How a gateway is (运行状态), as its newest health record says. */
export const GatewayHealth = z.object({
  gateway: DeviceId,
  /** When the hub received it. */
  receivedAt: Time,
  /** Is the gateway connected now. */
  online: z.boolean(),
  /** When the gateway made it, by its own clock. */
  time: Time,
  /** `estimated`: the gateway did not know the time; this is the latest possible. */
  timeSource: z.enum(['gps', 'system', 'estimated']),
  uptimeS: z.number(),
  version: z.string(),
  memoryBytes: z.number(),
  ports: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      state: z.enum(PORT_STATES),
      detail: z.string().optional(),
      /** Whose fixes come over this port, where it is not the gateway itself. */
      device: DeviceId.optional(),
      satellites: z
        .array(z.object({ system: z.string(), inView: z.number().optional(), used: z.number().optional() }))
        .optional(),
      counters: Counts,
    }),
  ),
  /** Records that wait for the hub's receipt; `dropped` by lane, since the outbox file was made. */
  outbox: z.object({ records: z.number(), bytes: z.number(), dropped: Counts }),
  /** Counted since the gateway's process started where nothing else is said. */
  link: z
    .object({
      breaks: z.number(),
      connectedS: z.number(),
      /** Median, from sending to the broker's acknowledgement. */
      acknowledgedMs: z.number().optional(),
      /** Median, from sending to the hub's receipt. */
      receiptedMs: z.number().optional(),
      /** Both directions on the day (UTC+8) of `time`. */
      dataBytes: z.number(),
      /** What a day may take; absent: no budget. */
      budgetBytes: z.number().optional(),
      /** 0: nothing is left out; higher: track detail is thinned. */
      thinning: z.number(),
      /** Since the outbox file was made. */
      thinnedFixes: z.number(),
    })
    .optional(),
  storage: z
    .object({
      state: z.enum(STORAGE_STATES),
      detail: z.string().optional(),
      /** Records that wait in memory alone, because the disk does not take them. */
      inMemory: z.number(),
      /** Outbox files that could not be read and were set aside. */
      setAside: z.number(),
    })
    .optional(),
  /** What a person should look at; empty: nothing. */
  attention: z.array(Attention),
})

export const TRACK_FORMATS = ['columns', 'json', 'geojson', 'gpx', 'csv'] as const
/** WGS-84, and the shifted systems of Chinese maps: GCJ-02 (火星坐标) and BD-09 (百度坐标). */
export const COORDINATE_SYSTEMS = ['wgs84', 'gcj02', 'bd09'] as const
export type CoordinateSystem = (typeof COORDINATE_SYSTEMS)[number]

/** How far a fix that is left out may lie from where the others say at its time, m; to the cm. */
const ToleranceM = z.coerce
  .number()
  .min(0)
  .max(1000)
  .transform((toleranceM) => Math.round(toleranceM * 100) / 100)

export const TrackQuery = RangeQuery.extend({
  format: z.enum(TRACK_FORMATS).default('columns'),
  /** Of files alone. */
  crs: z.enum(COORDINATE_SYSTEMS).default('wgs84'),
  toleranceM: ToleranceM.default(0),
})
export const TracksQuery = RangeQuery.extend({
  /** Separated by commas; absent: all that have a fix in the range. */
  devices: z.string().max(20_000).optional(),
  /** Absent: as little as makes `maxFixes` hold all. */
  toleranceM: ToleranceM.optional(),
  maxFixes: z.coerce.number().int().min(1000).max(3_000_000).default(300_000),
})

const NullableColumn = z.array(z.number().nullable()).optional()
/** One array a quantity, all of the same length; a quantity that no fix has is left out. */
export const TrackColumns = z.object({
  device: DeviceId,
  from: Time,
  to: Time,
  count: z.number().int(),
  columns: z.object({
    timeMs: z.array(z.number()),
    lat: z.array(z.number()),
    lon: z.array(z.number()),
    altM: NullableColumn,
    speedMps: NullableColumn,
    courseDeg: NullableColumn,
    hdop: NullableColumn,
    satellites: NullableColumn,
    /** Numbers of NMEA 0183 GGA field 6: 1 gps, 2 dgps … */
    quality: NullableColumn,
    accuracyM: NullableColumn,
  }),
})
export const TrackJson = z.object({
  device: DeviceId,
  from: Time,
  to: Time,
  count: z.number().int(),
  fixes: z.array(FixJson),
})

export const Span = z.object({ from: Time, to: Time, durationS: z.number() })

export const Summary = z.object({
  device: DeviceId,
  from: Time,
  to: Time,
  fixes: z.number().int(),
  first: Time.optional(),
  last: Time.optional(),
  distanceM: z.number(),
  movingS: z.number(),
  maxSpeedMps: z.number().optional(),
  /** On duty (在岗时长): in shifts, outside their breaks, with fixes; absent where no shifts are planned for the device. */
  onDutyS: z.number().optional(),
  /** Effective distance (有效里程): of the distance what lies in shifts and inside their grids; where none are planned, all. */
  effectiveM: z.number().optional(),
  /** Share of the good fixes of the shifts that lie inside their grids; absent where there is nothing to judge. */
  inArea: Ratio.optional(),
  /** Fixes left out because no vehicle can have got there. */
  jumps: z.number().int().optional(),
  /** Steps between good fixes faster than 40 m/s over more than 300 m: many are the mark of two devices under one id. */
  impossibleJumps: z.number().int().optional(),
  /** Between stops and gaps of five minutes or more (行程). */
  trips: z.array(Span.extend({ distanceM: z.number() })).optional(),
  stops: z.array(
    Span.extend({
      lat: z.number(),
      lon: z.number(),
      /** The street, component or grid there. */
      place: z.string().optional(),
    }),
  ),
  /**
   * Missing time: counts neither as distance nor as coverage. Between fixes, and in shifts before the first and after
   * the last one; a gap with several causes comes in as many pieces.
   */
  gaps: z.array(
    Span.extend({ cause: z.enum(['no-fix', 'no-power', 'no-uplink', 'off-duty', 'paused', 'unknown']) }),
  ),
})

/** `reported`: a gateway raised it; `cleared`: the fault went away by itself and the gateway said so. */
export const CASE_STATUSES = ['reported', 'cleared'] as const

export const EvidenceJson = z.object({
  metric: z.string(),
  rule: z.string(),
  raise: z.number(),
  clear: z.number(),
  holdMs: z.number(),
  samples: z.array(z.object({ time: Time, value: z.number() })),
  suppressed: z.number(),
  /** Other quantities by name with unit. */
  context: z.record(z.string(), z.number()).optional(),
  subject: z.string().optional(),
})

/** What a person reported by hand (人工上报). */
export const ManualJson = z.object({
  /** May be empty; lines are parted by line feeds. */
  note: z.string(),
  /** Who reported it, as the terminal is set up. */
  by: z.string().optional(),
  /** How many photos belong to it. */
  photos: z.number().int(),
  /** Numbers of those that have come whole: GET cases/{id}/photos/{number}. */
  photosHere: z.array(z.number().int()),
})

export const CaseStep = z.object({
  step: z.enum(['raised', 'updated', 'cleared']),
  time: Time,
  /** Who did it: a gateway here. */
  by: z.string(),
  evidence: EvidenceJson.optional(),
  /** What a person wrote, where it is a report by hand; may be empty. */
  note: z.string().optional(),
})

export const PhotoNumber = z.coerce.number().int().min(1).max(MAX_PHOTOS)

/** A case (案件); also what is published, retained while open, on gridpatrol/v1/cases/{caseId}. */
export const Case = z.object({
  id: CaseId,
  status: z.enum(CASE_STATUSES),
  open: z.boolean(),
  /** `sensor`: a gateway found it by itself; `inspector`: a person reported it. */
  source: z.enum(['sensor', 'inspector']),
  /** Absent only where a person reported an event (事件), which is at no component. */
  component: z.string().optional(),
  /** Of the register, where the component is known there. */
  componentName: z.string().optional(),
  grid: z.string().optional(),
  /** A fault kind of the catalogue; with source `inspector`, one of its problem kinds. */
  fault: z.string(),
  /** Of the catalogue: { zh: '井盖倾斜', en: 'Cover tilted' }. */
  faultName: z.object({ zh: z.string(), en: z.string() }),
  gateway: DeviceId,
  episode: z.number().int(),
  raised: Time,
  updated: Time,
  cleared: Time.optional(),
  /** Where the gateway's time came from; `estimated`: not known at first, so the latest time possible. */
  timeSource: z.enum(['gps', 'system', 'estimated']).optional(),
  position: z
    .object({ lat: z.number(), lon: z.number(), source: z.enum(['survey', 'fix', 'hand']) })
    .optional(),
  /** Of a sensor's case alone. */
  evidence: EvidenceJson.optional(),
  /** Of an inspector's case alone. */
  manual: ManualJson.optional(),
})
export const CaseWithSteps = Case.extend({ steps: z.array(CaseStep) })
export const CasesQuery = z.object({
  open: z.stringbool().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
})
export const Cases = z.object({ cases: z.array(Case) })

export const GridsAnswer = Grids
export const StreetsAnswer = Streets
export const ComponentsAnswer = Components

/** Settings the page needs before it draws. */
export const PageSettings = z.object({
  /** Base map: absent, the district's own streets are drawn. */
  tileUrl: z.string().optional(),
  tileAttribution: z.string().optional(),
})

/** Server-sent events of /api/v1/live: `event:` names the kind, `data:` is the JSON. */
export const LiveFixes = z.object({ device: DeviceId, fixes: z.array(FixJson) })
export const LiveDevice = z.object({
  id: DeviceId,
  online: z.boolean(),
  /** As in the list of devices, empty: nothing any more; absent: no news of it. */
  attention: z.array(z.string()).optional(),
})
export const LIVE_EVENTS = {
  fixes: LiveFixes,
  case: Case,
  device: LiveDevice,
  coverage: LiveCoverage,
} as const

export type FixJson = z.infer<typeof FixJson>
export type Device = z.infer<typeof Device>
export type Attention = z.infer<typeof Attention>
export type GatewayHealth = z.infer<typeof GatewayHealth>
export type TrackColumns = z.infer<typeof TrackColumns>
export type Summary = z.infer<typeof Summary>
export type Case = z.infer<typeof Case>
export type CaseWithSteps = z.infer<typeof CaseWithSteps>
export type EvidenceJson = z.infer<typeof EvidenceJson>
export type ManualJson = z.infer<typeof ManualJson>
export type PageSettings = z.infer<typeof PageSettings>
