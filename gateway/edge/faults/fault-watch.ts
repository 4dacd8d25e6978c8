import { CATALOGUE, type Catalogue, type FaultKind } from '../../../proto/catalogue/catalogue.ts'
import type { DetectorName, RuleOf } from '../../../proto/catalogue/fault-parameters.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { CaseEvent, CaseReport, Evidence, Position, Reading } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { caseId } from './case-id.ts'
import type { DetectorMemories } from './detector-memories.ts'
import type { Episode, Episodes } from './episodes.ts'
import { EvidenceWindow } from './evidence-window.ts'
import type { WatchedComponent } from './fault-config.ts'
import {
  type DetectorContext,
  type DetectorMemory,
  type FaultDetector,
  GATEWAY_METRICS,
  type Judgement,
  type MakeFaultDetector,
  type Observation,
} from './fault-detector.ts'
import { faultRule } from './fault-rule.ts'
import { FAULT_DETECTORS, JUDGE_SENSORS } from './faults.ts'
import { FlapDamper } from './flap-damper.ts'

export interface FaultWatchOptions {
  gateway: string
  components: readonly WatchedComponent[]
  clock: EdgeClock
  episodes: Episodes
  outbox: Outbox
  /** The gateway's own last good position, for components whose place was not surveyed. */
  lastPosition: () => { lat: number; lon: number } | undefined
  log: Log
  /** The gateway's serial ports; without them no fault of a port is found. */
  ports?: readonly { name: string; driver: string }[]
  /** Default: the catalogue as shipped. */
  catalogue?: Catalogue
  /** Default: what is learnt lasts until a restart. */
  memories?: DetectorMemories
}

interface Watched {
  component: WatchedComponent
  fault: string
  kind: FaultKind
  rule: RuleOf<DetectorName>
  detector: FaultDetector
  evidence: EvidenceWindow
  flaps: FlapDamper
  /** The last occurrence, open or over. */
  episode: Episode | undefined
  /** A case stands: also while a clearing is held because the fault flaps. */
  open: boolean
  last: Judged | undefined
  reportedAtMs: number
}

interface Judged {
  judgement: Judgement
  timeMs: number
  atMs: number
}

/** A fault that stands is reported anew this often, so that the centre sees that it was watched all the time. */
const UPDATE_EVERY_MS = 10 * 60_000
/** A disk that refused a case is asked again after this long: a case is never given up. */
const KEEP_AGAIN_MS = 5000
const FORGETFUL: DetectorMemory = { load: () => undefined, save: () => {} }

/**
 * Readings, and what the gateway knows of its ports, in; case reports (采集上报) into the outbox. Each observation is
 * shown to the detectors that it concerns, and all of them are told that time passes; a verdict becomes a report
 * with its evidence, kept in one transaction with the episode it belongs to. A value that is no number is told
 * once and shown to nobody; one that no sound sensor can give is shown only to those that judge sensors.
 */
export class FaultWatch {
  readonly #options: FaultWatchOptions
  readonly #catalogue: Catalogue
  readonly #watched: Watched[] = []
  /** Those that may explain a silence. */
  readonly #explaining: FaultDetector[] = []
  /** Who looks at a component's readings: its own faults, and the circuits that it belongs to. */
  readonly #bySource = new Map<string, Set<Watched>>()
  readonly #toldNonsense = new Set<string>()

  /** @throws RangeError for a fault that the catalogue does not have, or one that lacks a setting. */
  constructor(options: FaultWatchOptions) {
    this.#options = options
    this.#catalogue = options.catalogue ?? CATALOGUE
    for (const component of options.components)
      for (const [fault, settings] of Object.entries(component.faults)) {
        const kind = this.#catalogue.faultKind(fault)
        const watched = this.#watch(component, fault, kind, faultRule(fault, kind, settings))
        this.#watched.push(watched)
        if (watched.detector.explains) this.#explaining.push(watched.detector)
        for (const source of [component.code, ...(settings.members ?? kind.members ?? [])])
          this.#lookers(source).add(watched)
      }
  }

  observe(reading: Reading): void {
    const { component, metric, value, timeMs } = reading
    if (!Number.isFinite(value)) {
      this.#tellNonsense(reading)
      return
    }
    const atMs = this.#options.clock.monotonicMs()
    const observation = { source: component, metric, value, timeMs, atMs }
    const info = this.#catalogue.metric(metric)
    const sound = value >= (info?.min ?? value) && value <= (info?.max ?? value)
    for (const watched of this.#bySource.get(component) ?? [])
      if (sound || JUDGE_SENSORS.has(watched.kind.detector)) this.#show(watched, observation)
  }

  /** A receiver on this port has a valid fix just now. */
  observeFix(port: string): void {
    this.#observePort(port, GATEWAY_METRICS.fix, 1)
  }

  /** This port is open and speaks sense, or it does not any more; from the start it is taken not to. */
  observePort(port: string, working: boolean): void {
    this.#observePort(port, GATEWAY_METRICS.portWorking, working ? 1 : 0)
  }

  /** Time passes: to be called every second. */
  tick(): void {
    const now = this.#now()
    for (const watched of this.#watched) {
      const judgement = watched.detector.tick?.(now)
      if (judgement) this.#judged(watched, { judgement, ...now })
      if (watched.open && watched.flaps.due(now.atMs))
        this.#report(watched, 'cleared', watched.last ?? { judgement: { value: watched.rule.clear }, ...now })
    }
  }

  #watch(component: WatchedComponent, fault: string, kind: FaultKind, rule: RuleOf<DetectorName>): Watched {
    const { clock, episodes, memories, lastPosition, ports = [] } = this.#options
    const last = episodes.last(component.code, fault)
    const context: DetectorContext = {
      raised: last?.open ?? false,
      startedAtMs: clock.monotonicMs(),
      component: component.code,
      metric: kind.from ?? kind.metric,
      sensors: component.sensors.map(({ metric, port }) => ({ metric, port, range: this.#rangeOf(metric) })),
      ports: ports.map(({ name, driver }) => ({ name, gps: driver === 'nmea' })),
      portsOf: (code) => portsOf(this.#options.components, code),
      position: () => component.position ?? lastPosition(),
      explained: (source, atMs) =>
        this.#explaining.some((detector) => detector.explains?.(source, atMs) ?? false),
      memory: memories?.of(component.code, fault) ?? FORGETFUL,
    }
    // The catalogue has checked that the rule is this detector's.
    const make = FAULT_DETECTORS[kind.detector] as MakeFaultDetector<DetectorName>
    const detector = make(rule, context)
    return {
      component,
      fault,
      kind,
      rule,
      detector,
      evidence: new EvidenceWindow(Math.max(rule.holdMs, detector.evidenceSpanMs ?? 0)),
      flaps: new FlapDamper(rule),
      episode: last,
      open: context.raised,
      last: undefined,
      reportedAtMs: Number.NEGATIVE_INFINITY,
    }
  }

  #rangeOf(metric: string): readonly [number, number] | undefined {
    const info = this.#catalogue.metric(metric)
    return info?.min === undefined || info.max === undefined ? undefined : [info.min, info.max]
  }

  #lookers(source: string): Set<Watched> {
    const lookers = this.#bySource.get(source) ?? new Set()
    this.#bySource.set(source, lookers)
    return lookers
  }

  #now(): { atMs: number; timeMs: number } {
    const { clock } = this.#options
    return { atMs: clock.monotonicMs(), timeMs: clock.nowMs() }
  }

  #observePort(source: string, metric: string, value: number): void {
    const observation = { source, metric, value, ...this.#now() }
    for (const watched of this.#watched) this.#show(watched, observation)
  }

  #show(watched: Watched, observation: Observation): void {
    const judgement = watched.detector.observe(observation)
    if (judgement) this.#judged(watched, { judgement, timeMs: observation.timeMs, atMs: observation.atMs })
  }

  /** Verdict to report: a fault that flaps is raised at once, and cleared when it has been away for long enough. */
  #judged(watched: Watched, judged: Judged): void {
    const { flaps } = watched
    const { atMs } = judged
    const { verdict } = judged.judgement
    watched.last = judged
    const again = verdict === 'raised' && flaps.raised(atMs)
    if (verdict === 'raised' && !again) this.#report(watched, 'raised', judged)
    else if (verdict === 'cleared' && flaps.cleared(atMs)) this.#report(watched, 'cleared', judged)
    else if (watched.open && atMs - watched.reportedAtMs >= UPDATE_EVERY_MS)
      this.#report(watched, 'updated', judged)
    else watched.evidence.add({ timeMs: judged.timeMs, value: judged.judgement.value }, this.#arrival(atMs))
  }

  #arrival(atMs: number): { atMs: number; wallOffsetMs: number } {
    const now = this.#now()
    return { atMs, wallOffsetMs: now.timeMs - now.atMs }
  }

  #report(watched: Watched, event: CaseEvent, judged: Judged): void {
    const { clock, log } = this.#options
    const { component, fault, kind } = watched
    const { timeMs, atMs } = judged
    const episode = this.#episodeOf(watched, event, timeMs)
    watched.episode = episode
    watched.open = event !== 'cleared'
    watched.reportedAtMs = atMs
    const evidence = this.#evidence(watched, judged)
    const report: CaseReport = {
      caseId: episode.caseId,
      event,
      revision: episode.revision,
      component: component.code,
      fault,
      episode: episode.episode,
      timeMs,
      raisedMs: episode.raisedMs,
      timeSource: clock.source,
      evidence,
    }
    const position = this.#position(component)
    if (position) report.position = position
    const { subject, context } = evidence
    log.info(
      { case: report.caseId, component: component.code, fault, subject, ...context },
      `case ${event}: ${kind.en}`,
    )
    this.#keep(report, episode)
  }

  #evidence(watched: Watched, { judgement, timeMs, atMs }: Judged): Evidence {
    const { fault, kind, rule, detector, flaps } = watched
    const { raise, clear, holdMs } = judgement.thresholds ?? rule
    const { value, subject } = judgement
    return {
      metric: judgement.metric ?? kind.metric,
      rule: `${fault}/${kind.version}`,
      raise,
      clear,
      holdMs,
      samples: watched.evidence.upTo({ timeMs, value }, this.#arrival(atMs)),
      suppressed: detector.takeSuppressed(),
      ...(subject === undefined ? {} : { subject }),
      context: { ...judgement.context, flaps: flaps.count(atMs) },
    }
  }

  /** A raised fault begins a new episode; any other report belongs to the one that stands. */
  #episodeOf(watched: Watched, event: CaseEvent, timeMs: number): Episode {
    const { component, fault, episode: last } = watched
    if (last && event !== 'raised') return { ...last, revision: last.revision + 1 }
    const episode = (last?.episode ?? 0) + 1
    return {
      component: component.code,
      fault,
      episode,
      caseId: caseId(this.#options.gateway, component.code, fault, episode, timeMs),
      raisedMs: timeMs,
      revision: 1,
    }
  }

  #keep(report: CaseReport, episode: Episode): void {
    const { clock, episodes, outbox, log } = this.#options
    const open = report.event !== 'cleared'
    // It may have been raised before the time was known; the outbox dates the report itself.
    const save = () => episodes.save({ ...episode, raisedMs: clock.dated(episode.raisedMs) }, open)
    outbox.append('case', encodeBody({ lane: 'case', report }), save).catch((error: Error) => {
      log.error({ err: error, case: report.caseId }, 'case could not be kept, trying again: disk full?')
      setTimeout(() => this.#keep(report, episode), KEEP_AGAIN_MS).unref()
    })
  }

  #position(component: WatchedComponent): Position | undefined {
    if (component.position) return { ...component.position, source: 'survey' }
    const here = this.#options.lastPosition()
    return here && { ...here, source: 'fix' }
  }

  #tellNonsense({ component, metric, value }: Reading): void {
    const key = `${component} ${metric}`
    if (this.#toldNonsense.has(key)) return
    this.#toldNonsense.add(key)
    this.#options.log.warn(
      { component, metric },
      `reading ${metric} of ${component} is ${value}, expected a number: not judged`,
    )
  }
}

function portsOf(components: readonly WatchedComponent[], code: string): string[] {
  const sensors = components.find((component) => component.code === code)?.sensors ?? []
  return [...new Set(sensors.flatMap(({ port }) => (port === undefined ? [] : [port])))]
}
