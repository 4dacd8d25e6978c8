import { z } from 'zod'
import type { FindingKind } from '../patrol-http.ts'
import { ownOrShipped, readCatalogueFile } from './catalogue-file.ts'

/** From where on something of a shift is a finding: `shift-checks.yaml`, as shipped or a city's own in its place. */

const positive = z.number().positive()
const share = z.number().min(0).max(1)
const count = z.int().min(1)
const joinS = z.number().min(0)

const score = z.strictObject({
  /** For each finding. */
  points: z.number().min(0).max(100),
  perMinute: z.number().min(0).max(100),
  /** At most, of one shift. */
  cap: z.number().min(0).max(100),
})

const check = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ ...shape, score })

const ShiftChecksFile = z.strictObject({
  version: count,
  goodFix: z.strictObject({
    maxAccuracyM: positive,
    maxHdop: positive,
    metresPerHdop: positive,
    defaultM: positive,
  }),
  'out-of-area': check({
    marginShare: share,
    marginMinM: z.number().min(0),
    fixes: count,
    holdS: z.number().min(0),
    joinS,
  }),
  'stay-too-long': check({ limitMin: positive }),
  'late-start': check({ graceMin: z.number().min(0) }),
  'early-end': check({ graceMin: z.number().min(0) }),
  absent: check({ afterMin: z.number().min(0) }),
  speeding: check({ limitKmh: positive, holdS: positive, joinS }),
  'gap-too-long': check({ limitMin: positive }),
  'position-frozen': check({
    movingS: positive,
    stillMin: positive,
    untoldMin: positive,
    minFixes: z.int().min(3),
    joinS,
  }),
  'position-copied': check({
    minFixes: z.int().min(30),
    minShare: share,
    minExtentM: positive,
    toleranceM: positive,
    days: z.int().min(0).max(31),
    joinS,
  }),
  'impossible-jump': check({
    maxSpeedMps: positive,
    minJumpM: positive,
    alternatingJumpM: positive,
    alternations: z.int().min(4),
    joinS,
  }),
  'clock-skew': check({ maxAheadS: positive }),
} satisfies Record<FindingKind | 'version' | 'goodFix', unknown>)

export type ShiftCheckSettings = z.infer<typeof ShiftChecksFile>

const FILE = 'shift-checks.yaml'

/**
 * @param dir a city's catalogue; its file replaces the shipped one where it has one.
 * @throws CatalogueError with every mistake, each with its file, line and path.
 */
export function loadShiftChecks(dir?: string): ShiftCheckSettings {
  return readCatalogueFile(ownOrShipped(FILE, dir), ShiftChecksFile).value
}
