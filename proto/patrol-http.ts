import { z } from 'zod'
import { DeviceId, Moment, RangeQuery, Ratio, Time } from './http-values.ts'

/**
 * What the hub answers about patrols under /api/v1: coverage by policy, shifts with their findings, what was missed,
 * and the round that would close the holes. As in http.ts: times are ISO 8601, absent values are left out.
 */

/** A grid of any of the four levels: the code of a unit grid, or the digits that its unit grids begin with. */
export const GridCode = z
  .string()
  .regex(/^\d{2,24}$/, 'expected the digits of a grid code, or of its beginning')

/** 区 district, 街道 street office, 社区 community, 单元网格 unit grid. */
export const GRID_LEVELS = ['district', 'street', 'community', 'unit'] as const

export const COVERAGE_POLICIES = ['area', 'road', 'components', 'visits'] as const
export type CoveragePolicy = (typeof COVERAGE_POLICIES)[number]

export const CoverageQuery = RangeQuery.extend({
  grid: GridCode,
  policy: z.enum(COVERAGE_POLICIES).default('area'),
  /** Only what these devices saw, separated by commas; absent: all. */
  devices: z.string().max(20_000).optional(),
})

/** A named, versioned rule, whose text is shown beside its result. */
export const Policy = z.object({
  id: z.string(),
  version: z.number().int(),
  text: z.string(),
  /** The same in Chinese. */
  textZh: z.string(),
})

/** What every policy answers. */
const coverageHead = {
  grid: z.string(),
  level: z.enum(GRID_LEVELS),
  from: Time,
  to: Time,
  policy: Policy,
  /** Covered ÷ all. */
  coverage: Ratio,
  /** Where the fixes were too poor, or the street too uncertain, to say ÷ all; never part of `coverage`. */
  cannotTell: Ratio,
  /** Devices that gave fixes inside the grid in this range. */
  devices: z.array(DeviceId),
}

/** Cells in rows from south to north, each row from west to east. */
export const CellFrame = z.object({
  sizeM: z.number(),
  columns: z.number().int(),
  rows: z.number().int(),
  west: z.number(),
  south: z.number(),
  cellLonDeg: z.number(),
  cellLatDeg: z.number(),
})

export const AreaCoverage = z.object({
  ...coverageHead,
  insideCells: z.number().int(),
  coveredCells: z.number().int(),
  cannotTellCells: z.number().int(),
  /** Of a unit grid alone. Base64 bitmaps of columns × rows bits, lowest bit first. */
  cells: CellFrame.extend({ inside: z.string(), covered: z.string(), cannotTell: z.string() }).optional(),
})

/** Metres along a street part, from its beginning. */
const Along = z.tuple([z.number(), z.number()])

/** A part of a street (路段) between two junctions. */
export const StreetPartCoverage = z.object({
  /** `{street}/{n}`: the n-th part of the street. */
  part: z.string(),
  street: z.string(),
  name: z.string().optional(),
  highway: z.string().optional(),
  /** Of what lies inside the grid. */
  lengthM: z.number(),
  coveredM: z.number(),
  cannotTellM: z.number(),
  /** How often it was ridden from one end to the other or most of it. */
  passes: z.number().int(),
  /** Stretches that were not covered: what a map draws as missed. */
  missing: z.array(Along),
  /** Stretches where it cannot be told. */
  uncertain: z.array(Along).optional(),
  /** In this range. */
  lastSeen: Time.optional(),
  /** Longitude and latitude by turns, of the part inside the grid or its neighbours: to draw it. */
  line: z.array(z.number()),
})

export const RoadCoverage = z.object({
  ...coverageHead,
  lengthM: z.number(),
  coveredM: z.number(),
  cannotTellM: z.number(),
  /** Of a unit grid alone, the least covered first. */
  parts: z.array(StreetPartCoverage).optional(),
})

export const ComponentPass = z.object({
  code: z.string(),
  name: z.string(),
  lat: z.number(),
  lon: z.number(),
  state: z.enum(['passed', 'missed', 'cannot-tell']),
  /** Of the nearest pass in this range. */
  distanceM: z.number().optional(),
  speedMps: z.number().optional(),
  device: DeviceId.optional(),
  lastSeen: Time.optional(),
})

export const ComponentCoverage = z.object({
  ...coverageHead,
  components: z.number().int(),
  passed: z.number().int(),
  cannotTellComponents: z.number().int(),
  /** Of a unit grid alone. */
  list: z.array(ComponentPass).optional(),
})

/** How often something of a class was visited against what the class asks. */
export const VisitCount = z.object({
  /** A street part or a grid. */
  what: z.enum(['street-part', 'grid']),
  id: z.string(),
  name: z.string().optional(),
  /** Of patrol-rules.yaml: `key`, `ordinary` … */
  class: z.string(),
  asked: z.number(),
  visits: z.number().int(),
  /** Visits inside the hours that the class asks for, where it asks for some. */
  inHours: z.object({ asked: z.number(), visits: z.number().int() }).optional(),
})

export const VisitCoverage = z.object({
  ...coverageHead,
  asked: z.number(),
  /** Never more than asked of any one thing. */
  made: z.number(),
  /** Of a unit grid alone, the least visited first. */
  list: z.array(VisitCount).optional(),
})

export const Coverage = z.union([AreaCoverage, RoadCoverage, ComponentCoverage, VisitCoverage])

/** A grid of any level with those below it. */
export const CoverageOfGrid = z.object({
  grid: z.string(),
  name: z.string().optional(),
  level: z.enum(GRID_LEVELS),
  coverage: Ratio,
  cannotTell: Ratio,
  /** What the share is of: cells, metres, components, or visits asked for. */
  of: z.number(),
})
export const CoverageRollUp = CoverageOfGrid.extend({
  from: Time,
  to: Time,
  policy: Policy,
  children: z.array(CoverageOfGrid),
})

/** Passes of devices over cells of 25 m in a range (热力图): how often each cell was seen. */
export const Heat = CellFrame.extend({
  from: Time,
  to: Time,
  /** Most passes of one cell. */
  most: z.number().int(),
  /** Base64 of little-endian 16-bit counts, columns × rows of them. */
  passes: z.string(),
})
export const HeatQuery = RangeQuery.extend({
  grid: GridCode.optional(),
  devices: z.string().max(20_000).optional(),
})

export const UNSEEN_KINDS = ['street-part', 'cell', 'component'] as const

/** Something that nobody saw for longer than its class allows. */
export const Missed = z.object({
  kind: z.enum(UNSEEN_KINDS),
  /** Of the street part, the component, or `{grid}:{column},{row}` of the south-west cell of a patch of cells. */
  id: z.string(),
  name: z.string().optional(),
  grid: z.string(),
  class: z.string(),
  lat: z.number(),
  lon: z.number(),
  /** Absent: never seen in what is kept. */
  lastSeen: Time.optional(),
  allowedH: z.number(),
  /** Over what is allowed; for what was never seen, counted from the first track that is kept. */
  overdueH: z.number(),
  /** Of a street part. */
  lengthM: z.number().optional(),
  /** Of a patch of cells. */
  cells: z.number().int().optional(),
  /** Longitude and latitude by turns. */
  line: z.array(z.number()).optional(),
})
export const MissedQuery = z.object({
  grid: GridCode.optional(),
  /** Judged at this moment; absent: now. */
  at: Moment.optional(),
  kind: z.enum(UNSEEN_KINDS).optional(),
  limit: z.coerce.number().int().min(1).max(5000).default(200),
})
export const MissedAnswer = z.object({ at: Time, total: z.number().int(), missed: z.array(Missed) })

export const LastSeenQuery = z.object({ grid: GridCode })
const SeenThing = {
  name: z.string().optional(),
  /** Of patrol-rules.yaml. */
  class: z.string(),
  allowedH: z.number(),
  /** Absent: never in what is kept. */
  lastSeen: Time.optional(),
}
/** When the street parts and components of a grid were seen last. */
export const LastSeenAnswer = z.object({
  grid: z.string(),
  /** Of the first fix that is known of; absent: there is none. */
  since: Time.optional(),
  /** Those whose middle lies in the grid. */
  parts: z.array(
    z.object({
      part: z.string(),
      street: z.string(),
      highway: z.string().optional(),
      lengthM: z.number(),
      ...SeenThing,
    }),
  ),
  components: z.array(z.object({ code: z.string(), ...SeenThing })),
})

/** A round over the streets for the rest of a shift. */
export const Round = z.object({
  shift: z.string(),
  from: Time,
  /** How long it takes at the speed below. */
  durationS: z.number(),
  lengthM: z.number(),
  speedMps: z.number(),
  /** Longitude and latitude by turns. */
  line: z.array(z.number()),
  /** What it closes, in the order in which it comes by. */
  closes: z.array(Missed),
  /** What is left open. */
  leaves: z.number().int(),
  /** How it was found, in words. */
  method: z.object({ zh: z.string(), en: z.string() }),
})
export const RoundQuery = z.object({
  /** Absent: where the device was last. */
  lat: z.coerce.number().min(-90).max(90).optional(),
  lon: z.coerce.number().min(-180).max(180).optional(),
  at: Moment.optional(),
})

export const Beat = z.object({
  id: z.string().regex(/^[\p{L}\p{N}_-]{1,64}$/u, 'expected 1 to 64 letters, digits, _ or -'),
  name: z.string().max(100).optional(),
  /** Codes of unit grids, or the digits that several begin with. */
  grids: z.array(GridCode).min(1).max(2000),
})

/** Who patrols which grids when (班次). */
export const ShiftPlan = z.object({
  device: DeviceId,
  inspector: z.string().max(100).optional(),
  /** Exactly one of `beat` and `grids` is given; answers have both where there is a beat. */
  beat: z.string().max(64).optional(),
  grids: z.array(GridCode).max(2000).optional(),
  from: Time,
  to: Time,
  /** Planned rests (休息): gaps in them are `paused`. */
  breaks: z
    .array(z.object({ from: Time, to: Time }))
    .max(20)
    .default([]),
})
export const Shift = ShiftPlan.extend({ id: z.string(), grids: z.array(GridCode), running: z.boolean() })
export const ShiftsQuery = RangeQuery.extend({ device: DeviceId.optional() })
export const Beats = z.object({ beats: z.array(Beat) })

export const FINDING_KINDS = [
  'out-of-area',
  'stay-too-long',
  'late-start',
  'early-end',
  'absent',
  'speeding',
  'gap-too-long',
  'position-frozen',
  'position-copied',
  'impossible-jump',
  'clock-skew',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/** A finding (核查发现) marks and asks; it never deletes data. */
export const Finding = z.object({
  id: z.string(),
  kind: z.enum(FINDING_KINDS),
  shift: z.string(),
  device: DeviceId,
  from: Time,
  to: Time,
  /** What it rests on: quantity with unit → value. */
  evidence: z.record(z.string(), z.union([z.number(), z.string()])),
  /** In words, Chinese and English. */
  text: z.object({ zh: z.string(), en: z.string() }),
  lat: z.number().optional(),
  lon: z.number().optional(),
  /** Address of the page's replay at that moment, beginning with `/?`. */
  replay: z.string(),
})
export const Findings = z.object({
  findings: z.array(Finding),
  /** Shifts that were examined for this answer. */
  shifts: z.number().int(),
  /** There are more: ask again with `after` of this value. */
  next: z.string().optional(),
})
export const FindingsQuery = RangeQuery.extend({
  device: DeviceId.optional(),
  kind: z.enum(FINDING_KINDS).optional(),
  /** The shift after which to go on; absent: from the first. */
  after: z.string().max(64).optional(),
  /** Findings, at which no further shift is examined. */
  limit: z.coerce.number().int().min(1).max(5000).default(500),
})

/** What a shift amounts to, with why. */
export const ShiftReport = z.object({
  shift: Shift,
  /** On duty (在岗时长) inside the shift: with a fix, breaks left out. */
  onDutyS: z.number(),
  /** Of the planned time without breaks. */
  attendance: Ratio,
  distanceM: z.number(),
  /** Effective distance (有效里程): ridden inside the beat, without gaps, jumps and scatter. */
  effectiveM: z.number(),
  /** Share of the fixes inside the beat. */
  inArea: Ratio,
  movingS: z.number(),
  stops: z.number().int(),
  gapsS: z.record(z.string(), z.number()),
  findings: z.array(Finding),
  integrity: z.object({
    /** 0 to 100. */
    score: z.number(),
    policy: Policy,
    /** Points taken off, the most first. */
    reasons: z.array(
      z.object({
        kind: z.enum(FINDING_KINDS),
        points: z.number(),
        text: z.object({ zh: z.string(), en: z.string() }),
      }),
    ),
  }),
  /** Of the beat's grids, by policy; absent where there is nothing to count. */
  coverage: z
    .partialRecord(z.enum(COVERAGE_POLICIES), z.object({ coverage: Ratio, cannotTell: Ratio }))
    .optional(),
})

/** What a list shows of a shift's report. */
export const FiguresOfShift = ShiftReport.pick({
  attendance: true,
  onDutyS: true,
  effectiveM: true,
  inArea: true,
  coverage: true,
}).extend({
  /** When the report was made; what came later is not in it. */
  madeAt: Time,
  findings: z.object({
    count: z.number().int(),
    /** Each once, in the order of the report's findings. */
    kinds: z.array(z.enum(FINDING_KINDS)),
  }),
  integrity: ShiftReport.shape.integrity.pick({ score: true }),
})

/** A shift of a list, with its figures where a report is kept that still holds. */
export const ListedShift = Shift.extend({ figures: FiguresOfShift.optional() })
export const Shifts = z.object({ shifts: z.array(ListedShift) })

/** `event: coverage` of /live: the figures of a running shift, after its newest fix. */
export const LiveCoverage = z.object({
  shift: z.string(),
  device: DeviceId,
  at: Time,
  policies: z.partialRecord(z.enum(COVERAGE_POLICIES), z.object({ coverage: Ratio, cannotTell: Ratio })),
})

export type Policy = z.infer<typeof Policy>
export type CellFrameJson = z.infer<typeof CellFrame>
export type AreaCoverage = z.infer<typeof AreaCoverage>
export type StreetPartCoverage = z.infer<typeof StreetPartCoverage>
export type RoadCoverage = z.infer<typeof RoadCoverage>
export type ComponentPass = z.infer<typeof ComponentPass>
export type ComponentCoverage = z.infer<typeof ComponentCoverage>
export type VisitCount = z.infer<typeof VisitCount>
export type VisitCoverage = z.infer<typeof VisitCoverage>
export type Coverage = z.infer<typeof Coverage>
export type CoverageOfGrid = z.infer<typeof CoverageOfGrid>
export type CoverageRollUp = z.infer<typeof CoverageRollUp>
export type Heat = z.infer<typeof Heat>
export type Missed = z.infer<typeof Missed>
export type LastSeenAnswer = z.infer<typeof LastSeenAnswer>
export type Round = z.infer<typeof Round>
export type Beat = z.infer<typeof Beat>
export type ShiftPlan = z.infer<typeof ShiftPlan>
export type Shift = z.infer<typeof Shift>
export type Finding = z.infer<typeof Finding>
export type ShiftReport = z.infer<typeof ShiftReport>
export type FiguresOfShift = z.infer<typeof FiguresOfShift>
export type ListedShift = z.infer<typeof ListedShift>
export type LiveCoverage = z.infer<typeof LiveCoverage>
