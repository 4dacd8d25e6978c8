import type { ComponentFeature, District } from '../../proto/district.ts'
import { stepTruth, type TruthLog } from '../truth.ts'
import { CoverSensor } from './cover-sensor.ts'
import { FirmataBoard } from './firmata-board.ts'
import { LampSensor } from './lamp-sensor.ts'
import { openPty, type Pty } from './pty.ts'
import { type ScheduleStep, type StepKind, Timeline } from './schedule.ts'

/**
 * A Firmata board beside the road with one manhole cover and one street lamp of the district wired to it.
 * Wiring: A0 inclinometer of the cover, A1 current of the lamp, A2 light sensor of the lamp.
 */

export type WiredComponent =
  | { kind: 'cover'; code: string; channels: { tilt: number } }
  | { kind: 'lamp'; code: string; channels: { current: number; light: number } }

export interface RoadsideBoardOptions {
  seed: number
  district: District
  schedule: readonly ScheduleStep[]
  /** Length of a round of the schedule; once without it. */
  repeatS?: number | undefined
  /** When the board starts, by the clock of `nowMs`. */
  startMs: number
  nowMs: () => number
  truth?: TruthLog | undefined
}

const TILT = 0
const CURRENT = 1
const LIGHT = 2
/** Digits of the kind in a component code: a lamp, and the covers. */
const LAMP_KIND = '18'
const COVER_KINDS = ['01', '02', '03', '05', '06', '07', '11']
const COVER_STEPS: readonly StepKind[] = ['tilt', 'truck']

export class RoadsideBoard {
  readonly components: WiredComponent[]
  readonly #options: RoadsideBoardOptions
  readonly #timeline: Timeline
  readonly #pty: Pty
  readonly #board: FirmataBoard
  #toldUntilS = -1

  /**
   * Opens the pty and powers the board up.
   * @throws RangeError when the district lacks a cover or a lamp, Error where no pty can be had.
   */
  constructor(options: RoadsideBoardOptions) {
    const { cover, lamp } = neighbours(options.district)
    this.components = [
      { kind: 'cover', code: cover, channels: { tilt: TILT } },
      { kind: 'lamp', code: lamp, channels: { current: CURRENT, light: LIGHT } },
    ]
    this.#options = options
    this.#timeline = new Timeline(options.schedule, options.repeatS)
    const coverSensor = new CoverSensor(options.seed, this.#timeline)
    const lampSensor = new LampSensor(options.seed, this.#timeline)
    this.#pty = openPty()
    this.#board = new FirmataBoard(this.#pty, {
      nowMs: options.nowMs,
      analog: (channel, timeMs) => {
        const elapsedS = Math.max(0, (timeMs - options.startMs) / 1000)
        if (channel === TILT) return coverSensor.adc(elapsedS)
        if (channel === CURRENT) return lampSensor.currentAdc(elapsedS)
        return channel === LIGHT ? lampSensor.lightAdc(elapsedS) : 0
      },
    })
    this.#board.start()
  }

  get path(): string {
    return this.#pty.path
  }

  /** Writes what has happened since the last call to the ground truth. */
  tellTruth(): void {
    const { truth, startMs, nowMs } = this.#options
    const untilS = (nowMs() - startMs) / 1000
    if (!truth || untilS <= this.#toldUntilS) return
    for (const step of this.#timeline.between(this.#toldUntilS, untilS)) {
      const [cover, lamp] = this.components
      const component = COVER_STEPS.includes(step.what) ? cover! : lamp!
      truth.write(stepTruth(component.code, startMs + step.atS * 1000, step))
    }
    this.#toldUntilS = untilS
  }

  stop(): void {
    this.#board.stop()
    this.#pty.close()
  }
}

/** A lamp in the middle of the district's list, and the cover that is nearest to it. */
function neighbours(district: District): { cover: string; lamp: string } {
  const kindOf = (component: ComponentFeature) => component.properties.code.slice(8, 10)
  const intact = district.components.features.filter((component) => component.properties.status === 'intact')
  const lamps = intact.filter((component) => kindOf(component) === LAMP_KIND)
  const covers = intact.filter((component) => COVER_KINDS.includes(kindOf(component)))
  const lamp = lamps[lamps.length >> 1]
  if (!lamp || covers.length === 0)
    throw new RangeError('roadside board: expected at least one intact lamp and cover in the district')
  const [lon, lat] = lamp.geometry.coordinates
  const awayDeg = ({ geometry }: ComponentFeature) =>
    Math.hypot(geometry.coordinates[0] - lon, geometry.coordinates[1] - lat)
  const cover = covers.reduce((best, other) => (awayDeg(other) < awayDeg(best) ? other : best))
  return { cover: cover.properties.code, lamp: lamp.properties.code }
}
