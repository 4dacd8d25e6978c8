import type { Played } from './played.ts'
import { type Clearing, type Score, score } from './score.ts'

/** The score of one scenario in plain values, as it comes out of the process that played it. */
export interface Scored {
  faults: ScoredFault[]
  traps: { what: string; kinds: readonly string[]; fooled: number }[]
  falseCases: { kind: string; component: string; raisedMs: number; trap?: string }[]
  reports: number
  incomplete: string[]
  /** From a report to its being safe on disk, at most. */
  keptWithinMs: number
  virtualMs: number
  /** Real time, and processor time of all threads. */
  tookMs: number
  cpuMs: number
}

export interface ScoredFault {
  kind: string
  component: string
  what: string
  /** Milliseconds from the start of the scenario. */
  beginMs: number
  onSerial: boolean
  found: boolean
  standing: boolean
  doubles: number
  /** From when it was due to when it was reported, where that can be said. */
  latencyMs?: number
  clearing: Clearing
}

export function scored(played: Played): Scored {
  const { startMs, lastsMs, reports, tookMs } = played
  const { faults, traps, falseCases, incomplete }: Score = score(played)
  return {
    faults: faults.map(({ fault, found, standing, doubles, latencyMs, clearing }) => ({
      kind: fault.kind,
      component: fault.component,
      what: fault.happening.what,
      beginMs: fault.beginMs - startMs,
      onSerial: fault.wired !== 'node-frames',
      found: found !== undefined,
      standing,
      doubles: doubles.length,
      ...(latencyMs === undefined ? {} : { latencyMs }),
      clearing,
    })),
    traps: traps.map(({ trap: { what, kinds }, fooled }) => ({ what, kinds, fooled })),
    falseCases: falseCases.map(({ life, trap }) => ({
      kind: life.kind,
      component: life.component,
      raisedMs: life.raisedMs - startMs,
      ...(trap && { trap: trap.what }),
    })),
    reports: reports.length,
    incomplete,
    keptWithinMs: Math.max(0, ...reports.map(({ madeMs, keptMs }) => keptMs - madeMs)),
    virtualMs: lastsMs,
    tookMs,
    cpuMs: Math.round((process.cpuUsage().user + process.cpuUsage().system) / 1000),
  }
}
