import { z } from 'zod'
import type { Quality } from '../../../proto/domain.ts'

/** `track:` of an edge's configuration. Defaults, their reasons and sources: docs/track-filter.md. */

/** Kinds of fix that no satellite measured. */
export const NOT_MEASURED = ['estimated', 'manual', 'simulated'] as const satisfies readonly Quality[]

const QualityGateConfig = z.strictObject({
  enabled: z.boolean().default(true),
  maxHdop: z.number().min(1).max(99).default(20),
  minSatellites: z.int().min(0).max(50).default(4),
  /** One sigma, horizontal. */
  maxAccuracyM: z.number().min(1).max(100_000).default(100),
  /** Kinds to let pass although nothing was measured: `estimated` for receivers with wheel or inertial sensors. */
  allow: z.array(z.enum(NOT_MEASURED)).default([]),
})

const PlausibilityConfig = z.strictObject({
  enabled: z.boolean().default(true),
  maxSpeedMps: z.number().min(1).max(1000).default(40),
  maxAccelerationMps2: z.number().min(0.5).max(100).default(10),
  /** How far a position may be off from where speed and time allow it to be. */
  jumpM: z.number().min(1).max(10_000).default(15),
  /** So many fixes in a row that agree with each other are believed, whatever was believed before. */
  agreeingFixes: z.int().min(2).max(60).default(5),
  /** After so long without a believed fix, fixes must agree again before they are believed. */
  gapS: z.number().min(1).max(86_400).default(30),
})

const StandingConfig = z.strictObject({
  enabled: z.boolean().default(true),
  /** What lies so near to the place of standing is drift. */
  radiusM: z.number().min(1).max(200).default(15),
  /** Up to here a told speed is standing. */
  speedMps: z.number().min(0.05).max(5).default(0.5),
  /** Standing for so long, fixes are thinned. */
  afterS: z.number().min(1).max(600).default(5),
  /** While standing, one fix in so long is kept. */
  keepAliveS: z.number().min(1).max(3600).default(10),
})

const SamplingConfig = z.strictObject({
  /** No dropped fix is further from the line through the kept ones. */
  errorM: z.number().min(0.1).max(100).default(3),
  /** No dropped fix is further from where that line is at the fix's time. */
  timeErrorM: z.number().min(0.1).max(1000).default(10),
  /** One fix in so long is kept; no fix waits longer. */
  maxS: z.number().min(1).max(600).default(10),
})

export const TrackFilterConfig = z.strictObject({
  quality: QualityGateConfig.prefault({}),
  plausibility: PlausibilityConfig.prefault({}),
  standing: StandingConfig.prefault({}),
  /** Off unless given. */
  sampling: SamplingConfig.optional(),
})

export type TrackFilterOptions = z.infer<typeof TrackFilterConfig>
export type QualityLimits = TrackFilterOptions['quality']
export type PlausibilityLimits = TrackFilterOptions['plausibility']
export type StandingRule = TrackFilterOptions['standing']
export type SamplingRule = NonNullable<TrackFilterOptions['sampling']>
