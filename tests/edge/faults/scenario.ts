import type { FaultSettings } from '../../../gateway/edge/faults/fault-config.ts'
import type {
  DetectorContext,
  DetectorMemory,
  FaultDetector,
  Judgement,
  MakeFaultDetector,
} from '../../../gateway/edge/faults/fault-detector.ts'
import { faultRule } from '../../../gateway/edge/faults/fault-rule.ts'
import { FAULT_DETECTORS } from '../../../gateway/edge/faults/faults.ts'
import { CATALOGUE } from '../../../proto/catalogue/catalogue.ts'
import type { DetectorName } from '../../../proto/catalogue/fault-parameters.ts'

/** Plays what sensors say, second by second, to one detector of the catalogue. */

export const CODE = '3101010101000001'
/** 1 May 2026, midnight in Shanghai. */
export const MIDNIGHT_MS = Date.UTC(2026, 3, 30, 16)
export const SHANGHAI = { lat: 31.23, lon: 121.47 }

export class KeptMemory implements DetectorMemory {
  state: unknown
  saves = 0
  load(): unknown {
    return this.state
  }
  save(state: object): void {
    this.state = structuredClone(state)
    this.saves++
  }
}

export function detectorOf(
  fault: string,
  settings: FaultSettings = {},
  context: Partial<DetectorContext> = {},
): FaultDetector {
  const kind = CATALOGUE.faultKind(fault)
  const metric = kind.from ?? kind.metric
  const make = FAULT_DETECTORS[kind.detector] as MakeFaultDetector<DetectorName>
  return make(faultRule(fault, kind, settings), {
    raised: false,
    startedAtMs: 0,
    component: CODE,
    metric,
    sensors: [{ metric }],
    ports: [],
    portsOf: () => [],
    position: () => SHANGHAI,
    explained: () => false,
    memory: new KeptMemory(),
    ...context,
  })
}

/** One value at a second; its metric and source are the scenario's own unless said. */
export interface Step {
  s: number
  value: number
  metric?: string
  source?: string
}

/** A value every `everyS` from `fromS` to before `toS`. */
export function span(
  fromS: number,
  toS: number,
  value: number | ((s: number) => number),
  { everyS = 1, ...rest }: { everyS?: number; metric?: string; source?: string } = {},
): Step[] {
  return Array.from({ length: Math.round((toS - fromS) / everyS) }, (_, i) => {
    const s = fromS + i * everyS
    return { s, value: typeof value === 'number' ? value : value(s), ...rest }
  })
}

export interface Played {
  /** `raised@12`: verdicts with the second at which they came. */
  verdicts: string[]
  judgements: (Judgement & { s: number })[]
}

export interface PlayOptions {
  metric?: string
  /** Seconds until which time passes after the last value. */
  untilS?: number
  /** Wall time by the monotonic second. */
  timeMs?: (s: number) => number
}

/** Shows the steps in order of time, with a tick at every whole second. */
export function play(detector: FaultDetector, steps: Step[], options: PlayOptions = {}): Played {
  const { metric = 'tilt_deg', timeMs = (s) => MIDNIGHT_MS + s * 1000 } = options
  const ordered = [...steps].sort((a, b) => a.s - b.s)
  const untilS = options.untilS ?? Math.ceil(ordered.at(-1)?.s ?? 0)
  const judgements: Played['judgements'] = []
  const keep = (s: number, judgement: Judgement | undefined) =>
    judgement && judgements.push({ ...judgement, s })
  let next = 0
  for (let second = Math.floor(Math.min(0, ordered[0]?.s ?? 0)); second <= untilS; second++) {
    keep(second, detector.tick?.({ atMs: second * 1000, timeMs: timeMs(second) }))
    for (; next < ordered.length && ordered[next]!.s < second + 1; next++) {
      const { s, ...step } = ordered[next]!
      keep(s, detector.observe({ source: CODE, metric, ...step, atMs: s * 1000, timeMs: timeMs(s) }))
    }
  }
  const verdicts = judgements.flatMap(({ verdict, s }) => (verdict ? [`${verdict}@${s}`] : []))
  return { verdicts, judgements }
}

/** A truck over a cover: a damped swing of 1.5 s, `peakDeg` to both sides. */
export function truckDeg(sinceS: number, peakDeg = 40): number {
  if (sinceS < 0 || sinceS >= 1.5) return 0
  return peakDeg * Math.exp(-sinceS / 0.5) * Math.sin(2 * Math.PI * 4.3 * sinceS)
}
