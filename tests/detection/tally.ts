import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import type { Scored, ScoredFault } from './scored.ts'

/** Sums of scores: by kind of fault, by trap, and over all. */

export interface Tally {
  injected: number
  found: number
  /** Of these, the case stood already. */
  standing: number
  missed: number
  false: number
  doubled: number
  wronglyCleared: number
  /** Of cases: the share that belongs to a fault and is the only one. 1 where there is none. */
  precision: number
  /** Of faults: the share that has a case. 1 where there is none. */
  recall: number
  /** On serial lines, sorted. */
  latenciesMs: number[]
  /** Of nodes, sorted: they sleep, and their frames come by radio. */
  radioLatenciesMs: number[]
}

export function tally(scores: Iterable<Scored>, kind?: string): Tally {
  const all = [...scores]
  const ofKind = (one: { kind: string }) => kind === undefined || one.kind === kind
  const faults = all.flatMap((scored) => scored.faults.filter(ofKind))
  const falseCases = all.flatMap((scored) => scored.falseCases.filter(ofKind)).length
  const count = (is: (fault: ScoredFault) => boolean) => faults.filter(is).length
  const found = count((fault) => fault.found)
  const standing = count((fault) => fault.standing)
  const doubled = faults.reduce((sum, { doubles }) => sum + doubles, 0)
  const cases = found - standing + doubled + falseCases
  const latencies = (onSerial: boolean) =>
    faults
      .filter((fault) => fault.onSerial === onSerial)
      .flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]))
      .toSorted((a, b) => a - b)
  return {
    injected: faults.length,
    found,
    standing,
    missed: faults.length - found,
    false: falseCases,
    doubled,
    wronglyCleared: count(({ clearing }) => clearing !== 'right' && clearing !== 'not-due'),
    precision: cases === 0 ? 1 : (found - standing) / cases,
    recall: faults.length === 0 ? 1 : found / faults.length,
    latenciesMs: latencies(true),
    radioLatenciesMs: latencies(false),
  }
}

/** One line a kind, in the order of the catalogue. */
export function tallyByKind(scores: Iterable<Scored>): [kind: string, tally: Tally][] {
  const all = [...scores]
  return CATALOGUE.faultNamesKnown().map((kind) => [kind, tally(all, kind)])
}

export interface TrapTally {
  count: number
  fooled: number
  kinds: Set<string>
}

export function tallyByTrap(scores: Iterable<Scored>): Map<string, TrapTally> {
  const byWhat = new Map<string, TrapTally>()
  for (const { what, kinds, fooled } of [...scores].flatMap(({ traps }) => traps)) {
    const before = byWhat.get(what) ?? { count: 0, fooled: 0, kinds: new Set() }
    for (const kind of kinds) before.kinds.add(kind)
    byWhat.set(what, { ...before, count: before.count + 1, fooled: before.fooled + (fooled > 0 ? 1 : 0) })
  }
  return new Map([...byWhat].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The value below which this share of the sorted values lies; undefined where there is none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
