import type { ScheduleStep } from './hardware/schedule.ts'

/** What happens at the roadside board while nothing else is asked for: every 8 minutes a cover and a lamp fail. */

const CYCLE_S = 480
const TILTS_DEG = [24, 40, 18, 65, 30, 95]
/** In this cycle the day breaks between two faults: a lamp that is out by day is no fault. */
const DAY_CYCLE = 2

export const DEMO_REPEAT_S = TILTS_DEG.length * CYCLE_S

export const DEMO_SCHEDULE: readonly ScheduleStep[] = TILTS_DEG.flatMap((deg, cycle): ScheduleStep[] => {
  const atS = cycle * CYCLE_S
  return [
    // Traps: a truck shakes the cover before it really tilts, and after it has been laid back.
    { atS: atS + 9, what: 'truck' },
    { atS: atS + 15, what: 'tilt', deg, forS: 180 },
    { atS: atS + 35, what: 'lamp-dies' },
    { atS: atS + 275, what: 'lamp-recovers' },
    { atS: atS + 300, what: 'truck' },
    ...(cycle === DAY_CYCLE
      ? ([
          { atS: atS + 310, what: 'dawn' },
          { atS: atS + 430, what: 'dusk' },
        ] as const)
      : []),
  ]
})
