import type { District } from '../proto/district.ts'
import { DEMO_REPEAT_S, DEMO_SCHEDULE } from './demo-schedule.ts'
import type { EbikeRide } from './ebike/ebike-ride.ts'
import { type FleetOptions, makeFleet } from './ebike/fleet.ts'
import { openPty, type Pty } from './hardware/pty.ts'
import { RoadsideBoard, type WiredComponent } from './hardware/roadside-board.ts'
import type { ScheduleStep } from './hardware/schedule.ts'
import { RideTruthWriter, TruthLog } from './truth.ts'

/**
 * The simulated field. In: a district, a seed, a clock. Out: serial ports to open, on which e-bikes ride and a
 * roadside board reports, and the truth behind them in a file. It fails where no pty can be had or the district
 * lacks streets, grids, a cover or a lamp; what was opened until then is closed again.
 */

export interface SimulationOptions extends Pick<FleetOptions, 'noise' | 'mishaps'> {
  seed: number
  district: District
  ebikes: number
  /** When it begins, Unix ms by the clock of `nowMs`. */
  startMs: number
  nowMs: () => number
  /** Ground truth as JSON lines, appended. */
  truthFile?: string
  /** E-bikes that are under way already (their past has been written elsewhere), instead of new ones. */
  rides?: readonly EbikeRide[]
  /** What happens at the roadside board; the demo schedule, round and round, unless given. */
  schedule?: readonly ScheduleStep[]
  /** Length of a round of `schedule`; once without it. */
  repeatS?: number
}

export interface Simulation {
  ebikes: { id: string; path: string; beat: readonly string[] }[]
  boards: { id: string; path: string; components: WiredComponent[] }[]
  /**
   * Stops the timers, closes the ptys and the truth file.
   * @throws Error of the truth file where it could not be written.
   */
  stop(): Promise<void>
}

/** What a receiver said longer ago than this is not written any more: after a pause a line does not catch up. */
const STALE_MS = 5000
/** How far behind its second a sentence may come; a real receiver takes some 100 ms itself. */
const LOOK_MS = 100

export function startSimulation(options: SimulationOptions): Simulation {
  const { seed, district, startMs, nowMs, truthFile } = options
  const rides = options.rides ?? makeFleet(options)
  const truth = truthFile === undefined ? undefined : new TruthLog(truthFile)
  const lines: { ride: EbikeRide; pty: Pty; truth: RideTruthWriter | undefined }[] = []
  let board: RoadsideBoard
  try {
    for (const ride of rides)
      lines.push({ ride, pty: openPty(), truth: truth && new RideTruthWriter(truth, ride.id) })
    board = new RoadsideBoard({
      seed,
      district,
      schedule: options.schedule ?? DEMO_SCHEDULE,
      repeatS: options.schedule ? options.repeatS : DEMO_REPEAT_S,
      startMs,
      nowMs,
      truth,
    })
  } catch (error) {
    for (const { pty } of lines) pty.close()
    // The first error is the one to tell.
    truth?.close().catch(() => undefined)
    throw error
  }

  const advance = () => {
    const now = nowMs()
    for (const line of lines)
      while (line.ride.nextMs <= now) {
        const second = line.ride.next()
        line.truth?.write(second.truth)
        if (second.timeMs > now - STALE_MS) line.pty.write(second.bytes)
      }
    board.tellTruth()
  }
  advance()
  const timer = setInterval(advance, LOOK_MS).unref()

  let stopped: Promise<void> | undefined
  const stop = async () => {
    clearInterval(timer)
    for (const { pty } of lines) pty.close()
    board.stop()
    // The truth goes up to now; the lines are closed already and write no more.
    advance()
    await truth?.close()
  }
  return {
    ebikes: lines.map(({ ride, pty }) => ({ id: ride.id, path: pty.path, beat: ride.beat })),
    boards: [{ id: 'roadside-01', path: board.path, components: board.components }],
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
