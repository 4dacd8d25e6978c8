import { faultKind } from '../../../proto/catalogue/catalogue.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { CaseEvent, CaseReport, Position, Reading } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import type { ComponentConfig } from '../config.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { caseId } from './case-id.ts'
import type { Episode, Episodes } from './episodes.ts'
import { EvidenceWindow } from './evidence-window.ts'
import { type FaultDetector, faultRule } from './fault-detector.ts'
import { FAULT_DETECTORS } from './faults.ts'

export interface FaultWatchOptions {
  gateway: string
  components: ComponentConfig[]
  clock: EdgeClock
  episodes: Episodes
  outbox: Outbox
  /** The gateway's own last good position, for components whose place was not surveyed. */
  lastPosition: () => { lat: number; lon: number } | undefined
  log: Log
}

interface Watched {
  component: ComponentConfig
  fault: string
  detector: FaultDetector
  evidence: EvidenceWindow
  /** The last occurrence, open or over. */
  episode: Episode | undefined
  reportedAtMs: number
}

/** A fault that stands is reported anew this often, so that the centre sees that it was watched all the time. */
const UPDATE_EVERY_MS = 10 * 60_000
/** A disk that refused a case is asked again after this long: a case is never given up. */
const KEEP_AGAIN_MS = 5000

/**
 * Readings in, case reports (采集上报) into the outbox: each reading is shown to the detectors of its component; a
 * verdict becomes a report with its evidence, kept in one transaction with the episode it belongs to.
 */
export class FaultWatch {
  readonly #options: FaultWatchOptions
  readonly #watched = new Map<string, Watched[]>()

  constructor(options: FaultWatchOptions) {
    this.#options = options
    for (const component of options.components) {
      const watched = Object.entries(component.faults).map(([fault, override]) => {
        const make = FAULT_DETECTORS[fault]
        if (!make) throw new RangeError(`fault ${fault} of ${component.code}: no detector for it`)
        const last = options.episodes.last(component.code, fault)
        const detector = make(faultRule(faultKind(fault), override), last?.open ?? false)
        const evidence = new EvidenceWindow()
        return { component, fault, detector, evidence, episode: last, reportedAtMs: Number.NEGATIVE_INFINITY }
      })
      this.#watched.set(component.code, watched)
    }
  }

  observe(reading: Reading): void {
    const atMs = this.#options.clock.monotonicMs()
    for (const watched of this.#watched.get(reading.component) ?? []) {
      const observation = { metric: reading.metric, value: reading.value, atMs }
      const verdict = watched.detector.observe(observation)
      const judged = watched.detector.judgedValue(observation)
      if (judged === undefined) continue
      const sample = { timeMs: reading.timeMs, value: judged }
      if (verdict) this.#report(watched, verdict, sample, atMs)
      else if (watched.detector.raised && atMs - watched.reportedAtMs >= UPDATE_EVERY_MS)
        this.#report(watched, 'updated', sample, atMs)
      else watched.evidence.add(sample)
    }
  }

  #report(
    watched: Watched,
    event: CaseEvent,
    deciding: { timeMs: number; value: number },
    atMs: number,
  ): void {
    const { clock, log } = this.#options
    const { component, fault, detector } = watched
    const kind = faultKind(fault)
    const episode = this.#episodeOf(watched, event, deciding.timeMs)
    watched.episode = episode
    watched.reportedAtMs = atMs
    const report: CaseReport = {
      caseId: episode.caseId,
      event,
      revision: episode.revision,
      component: component.code,
      fault,
      episode: episode.episode,
      timeMs: deciding.timeMs,
      raisedMs: episode.raisedMs,
      timeSource: clock.source,
      evidence: {
        metric: kind.metric,
        rule: `${fault}/${kind.version}`,
        raise: detector.rule.raise,
        clear: detector.rule.clear,
        holdMs: detector.rule.holdMs,
        samples: watched.evidence.upTo(deciding),
        suppressed: detector.takeSuppressed(),
      },
    }
    const position = this.#position(component)
    if (position) report.position = position
    log.info({ case: report.caseId, component: component.code, fault }, `case ${event}: ${kind.en}`)
    this.#keep(report, episode)
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
    const { episodes, outbox, log } = this.#options
    const open = report.event !== 'cleared'
    outbox
      .append('case', encodeBody({ lane: 'case', report }), () => episodes.save(episode, open))
      .catch((error: Error) => {
        log.error({ err: error, case: report.caseId }, 'case could not be kept, trying again: disk full?')
        setTimeout(() => this.#keep(report, episode), KEEP_AGAIN_MS).unref()
      })
  }

  #position(component: ComponentConfig): Position | undefined {
    if (component.position) return { ...component.position, source: 'survey' }
    const here = this.#options.lastPosition()
    return here && { ...here, source: 'fix' }
  }
}
